"""What the instructor's commands print where stdout cannot say a student's name."""

import os
import shutil
import subprocess
import sys

import pytest
from toy_pool import Workers

from grading import cli
from grading.batch import autograde
from grading.build import execute
from grading.paths import ROOT

WHO = "Жанна_é_山田"


@pytest.fixture
def handed_in(course, inbox, student, tmp_path):
    """The folder of submissions of somebody, and a course in a folder whose name is no less foreign."""
    solved = student()
    solved.solve()
    folder = inbox(f"{WHO}/x.ipynb", solved.bytes())
    inbox(f"{WHO}/y.ipynb", b"no notebook", 1_600_000_000)
    return folder, shutil.move(course.root, tmp_path / "курс é")


@pytest.mark.slow
def test_a_round(handed_in, console, monkeypatch, tmp_path):
    monkeypatch.setattr(autograde, "pool_for", Workers())
    folder, course = handed_in
    roster = tmp_path / "roster.csv"
    roster.write_text("Username,ID number\nsomebody,1\n")

    def printed(*command: str) -> str:
        return console.run(cli.main, [command[0], "--course", str(course), *command[1:]])

    assert f"left out: {console.shows(WHO)}/y.ipynb" in printed("collect", str(folder))
    assert console.shows(WHO) in printed("autograde", "--workers", "1")
    assert console.shows("курс é") in printed("feedback")
    assert console.shows("курс é") in printed("report")
    assert console.shows(f"{tmp_path}/ответы") in printed("answers", "--out", str(tmp_path / "ответы.csv"))
    table = printed("export", "--format", "moodle", "--roster", str(roster))
    assert f"without a row in {roster}: {console.shows(WHO)}" in table


def test_help_of_what_runs_notebooks(console, monkeypatch):
    monkeypatch.setattr(execute, "names", lambda: ["01_жест_é_山"])
    monkeypatch.setattr(sys, "argv", ["execute", "--help"])

    def main() -> int:
        with pytest.raises(SystemExit) as stop:
            execute.main()
        return stop.value.code

    assert console.shows("01_жест_é_山") in console.run(main)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["cp1251", "ascii"])
def test_a_real_pipe(handed_in, encoding):
    folder, course = handed_in
    settings = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "grading", "collect", "--course", str(course), str(folder)],
        cwd=ROOT, env=os.environ | settings, capture_output=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert WHO.encode(encoding, "backslashreplace") in done.stdout
