"""`python -m labkit check`: the checks of a notebook file, in a real kernel."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from labkit import cli
from labkit.exercises.notebook import Checked, check_notebook, missing, result
from labkit.exercises.probe import probes
from labkit.paths import LabError

RIGHT = """
import torch
@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    error = (model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)) ** 2
    return (error.mean(-1) * mask).sum(1) / mask.sum(1)
"""


@pytest.fixture
def notebook(tmp_path):
    """A function: write a notebook of these cells."""

    def write(*sources: str, **metadata):
        cells = [new_markdown_cell("# Text"), *(new_code_cell(source) for source in sources)]
        for cell in cells:
            cell.metadata.update(metadata)
        path = tmp_path / "03.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    return write


@pytest.mark.slow
def test_each_check_has_its_points_and_words(notebook):
    path = notebook(
        "import labkit", RIGHT, "1 / 0", 'labkit.check("code6")', 'labkit.check("code7")  # empty'
    )
    before = path.read_bytes()
    six, seven = check_notebook(path)
    total = sum(q.points for q in probes("code6"))
    assert (six.exercise, six.points, six.total) == ("code6", total, total) and "is right" in six.message
    assert (seven.exercise, seven.points) == ("code7", 0) and "empty" in seven.message
    assert path.read_bytes() == before and [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.slow
def test_checks_that_do_not_run_say_why(notebook):
    path = notebook('labkit.check("code6")', "import os; os._exit(1)", 'import labkit\nlabkit.check("code7")')
    first, second = check_notebook(path)
    assert first.points == second.points == 0
    assert "NameError" in first.message and "Python was ended" in second.message


@pytest.mark.slow
def test_the_command_fails_until_all_is_right(notebook, capsys):
    assert cli.main(["check", str(notebook("import labkit", RIGHT, 'labkit.check("code6")'))]) == 0
    assert "Code 6" in capsys.readouterr().out
    assert cli.main(["check", str(notebook("import labkit", 'labkit.check("code6")'))]) == 1
    said = capsys.readouterr()
    assert "empty" in said.out and said.err.startswith("labkit: 0 of 1 exercises are right")


def test_files_that_are_no_notebook(tmp_path):
    (tmp_path / "a.ipynb").write_text("{")
    for name, words in (("a.ipynb", "is not a notebook"), ("none.ipynb", "cannot be read: No such file")):
        with pytest.raises(LabError, match=words):
            next(check_notebook(tmp_path / name))


def test_without_nbclient_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "nbclient", None)
    with pytest.raises(LabError, match="pip install nbclient ipykernel"):
        next(check_notebook(tmp_path / "a.ipynb"))


def test_the_command_exists():
    out = subprocess.run([sys.executable, "-m", "labkit", "check", "--help"], capture_output=True, text=True)
    assert out.returncode == 0 and "without opening them" in out.stdout


def test_a_cell_that_shows_something_else_gives_no_points():
    shown = {"text/plain": "10", "text/html": "<table><tr><td>✔ Code 6 is right</td></tr></table>"}
    cell = new_code_cell(outputs=[new_output("execute_result", data=shown)])
    assert result("code6", cell, "").points == 10
    assert result("code7", cell, "").points == 0
    assert "no result" in result("code7", cell, "").message


def test_exercises_without_a_check_count_nothing():
    found = list(missing(Path("03_diffusion.ipynb"), [Checked("code7", 10, 10, "")]))
    assert [(checked.exercise, checked.points, checked.total) for checked in found] == [
        ("code6", 0, 10),
        ("code8", 0, 10),
    ]
