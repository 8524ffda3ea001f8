"""What is printed where stdout cannot say everything: a Windows console, a pipe, a log file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import labkit
from labkit import cli
from tools import publish

REPOSITORY = Path(__file__).parents[1]
QUICK = ["--seconds", "0.1", "--steps", "1"]
NAME = "жест é 日本"
COMMANDS = {
    "generate": ["generate", "--text", "a person bows", "--out", f"{NAME}.mp4", *QUICK],
    "visualize": ["visualize", "--out", f"{NAME}.mp4"],
    "train": ["train", "text", "--steps", "1", "--out", NAME],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_beyond_the_encoding(lab, console, command):
    assert console.shows(NAME) in console.run(cli.main, COMMANDS[command])


def test_the_table_of_evaluate(lab, console):
    arguments = ["evaluate", "--batches", "1", "--batch-size", "12", "--steps", "1"]
    assert console.shows("jerk m/s³") in console.run(cli.main, arguments)


def test_help(console):
    def main() -> int:
        with pytest.raises(SystemExit) as stop:
            publish.main(["--help"])
        return stop.value.code

    assert console.shows("*.csv → data/checkpoints") in console.run(main)


def test_what_a_learner_asks_for(console):
    assert console.shows("σ = eta · √") in console.run(labkit.hint, "code8", 3)
    assert console.shows("x_t → x_{t_prev}") in console.run(labkit.solution, "code8")


def test_a_verdict_can_be_printed(console):
    def main() -> None:
        print(labkit.check("code7"))

    assert console.shows("✔ Code 7 is right") in console.run(main)


def test_the_path_of_stored_answers(console, monkeypatch, tmp_path):
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "my_answers.json").write_text("{", "utf-8")
    monkeypatch.chdir(tmp_path / NAME)
    assert console.shows(NAME) in console.run(labkit.use_mine, "code11")


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1251", "cp437", "ascii"])
def test_a_real_pipe(lab, encoding):
    shutil.copy(lab / "starter" / "starter.npz", f"{NAME}.npz")
    commands = (
        ["labkit", "visualize", "--out", f"{NAME}.mp4", "--source", f"{NAME}.npz"],
        ["labkit", "evaluate", "--reference", "--batches", "1", "--batch-size", "12", "--steps", "1"],
    )
    settings = {"PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for command, word in zip(commands, (NAME, "m/s³")):
        done = subprocess.run(
            [sys.executable, "-m", *command], env=os.environ | settings, capture_output=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        assert word.encode(encoding, "backslashreplace") in done.stdout
