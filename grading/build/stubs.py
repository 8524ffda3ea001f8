"""The stubs in labkit: signature and docstring of each reference function."""

import ast
import textwrap
from pathlib import Path

from grading import bank
from labkit.paths import atomic_write
from labkit.stubs import EXERCISES, Stub


def functions(source: str) -> dict[str, ast.FunctionDef]:
    """The functions and methods of a file, by their own name."""
    return {n.name: n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)}


def head(exercise: str, name: str) -> str:
    """Signature and docstring of a reference function, as its source lines, ending with a newline."""
    source = bank.reference_source(exercise)
    node = functions(source)[name]
    return "".join(source.splitlines(True)[node.lineno - 1 : node.body[0].end_lineno])


def stubbed(exercise: str, entry: Stub) -> str:
    """The file of a stub in labkit, with signature and docstring of the reference."""
    path = Path(entry.own.__code__.co_filename)
    source = path.read_text("utf-8")
    node = functions(source)[entry.name]
    about = EXERCISES[exercise]
    todo = f"    # TODO ({about.title}): here, or in notebooks/{about.notebook}.ipynb\n"
    todo += "    raise NotImplementedError\n"
    text = textwrap.indent(head(exercise, entry.name) + todo, " " * node.col_offset)
    lines = source.splitlines(True)
    return "".join(lines[: node.lineno - 1]) + text + "".join(lines[node.end_lineno :])


def write_stub(exercise: str, entry: Stub) -> bool:
    """True where that changed the file."""
    path, new = Path(entry.own.__code__.co_filename), stubbed(exercise, entry)
    if new == path.read_text("utf-8"):
        return False
    with atomic_write(path) as temporary:
        temporary.write_text(new, "utf-8")
    return True
