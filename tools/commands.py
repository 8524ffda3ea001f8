"""Run the commands in a Markdown file anew, and put what each prints into the block below it.

    python -m tools.commands data/checkpoints/TRAINING.md            number and list them
    python -m tools.commands data/checkpoints/TRAINING.md --run 1 4  run these two

A command is an indented line that begins with "python -m"; the last one before a fenced block belongs to it.
What a command prints to stderr is shown and not put into the file.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.cli import Parser, exit_status
from labkit.paths import LabError, atomic_write, existing_file

COMMAND = re.compile(r"^    (python -m .*?)(?: +#.*)?$")
FENCE = "```"


@dataclass(frozen=True)
class Block:
    """A fenced block: its command, and its lines [start, end) between the fences."""

    command: str
    start: int
    end: int


def blocks(lines: Sequence[str]) -> list[Block]:
    """The blocks of a Markdown file with the command that each belongs to, in order."""
    found, command, start = [], "", None
    for k, line in enumerate(lines):
        if start is not None and line == FENCE:
            found.append(Block(command, start, k))
            command, start = "", None
        elif start is None and line == FENCE and command:
            start = k + 1
        elif match := COMMAND.match(line):
            command = match[1]
    return found


def output(command: str) -> list[str]:
    """The lines that a command prints. Raises LabError where it fails."""
    words = [sys.executable, *shlex.split(command)[1:]]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONIOENCODING": "utf-8"}
    )
    if done.returncode:
        raise LabError(f"this command ended with status {done.returncode}: {command}")
    return done.stdout.rstrip("\n").split("\n")


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.commands",
    )
    parser.add_argument("file", type=Path, help="Markdown")
    parser.add_argument("--run", nargs="+", type=int, default=[], help="numbers from the list")
    args = parser.parse_args(arguments)

    def work() -> None:
        path = existing_file(args.file, "Markdown file")
        count = len(found := blocks(path.read_text("utf-8").split("\n")))
        if wrong := [n for n in args.run if not 1 <= n <= count]:
            raise LabError(f"there is no command {wrong[0]} in {path}: it has {count}")
        for n, block in enumerate(found, 1):
            if not args.run:
                print(f"{n}  {block.command}")
        for n in args.run:
            printed = output(found[n - 1].command)
            lines = path.read_text("utf-8").split("\n")  # it may have changed meanwhile
            block = blocks(lines)[n - 1]
            lines[block.start : block.end] = printed
            with atomic_write(path) as temporary:
                temporary.write_text("\n".join(lines), "utf-8")
            print(f"{n}  {block.command}: {len(printed)} lines", flush=True)

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
