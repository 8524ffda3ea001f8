"""Answers that passed are stored beside the notebook, plugged in by later ones, and unknown to grading."""

import json
import os
import sys

import nbformat
import pytest
from nbclient import NotebookClient

import labkit
from grading.build.notebooks import exercise_code
from labkit.diffusion import ddpm_step
from labkit.exercises import mine
from labkit.paths import LabError
from labkit.stubs import stubs

ANSWER = """
import labkit

@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(*arguments):
    return "mine"
"""


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A function that writes a text into the file of an empty folder, where Python now works."""
    monkeypatch.chdir(tmp_path)
    return (tmp_path / mine.NAME).write_text


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A function: cells, run in a new kernel, always in one folder → what each printed or showed, as text."""

    def run(*cells: str, **environment: str) -> list[str]:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
        with client.setup_kernel(env={**os.environ, **environment}):
            for i, cell in enumerate(notebook.cells):
                client.execute_cell(cell, i)
        return ["\n".join(map(text, cell.outputs)) for cell in notebook.cells]

    def text(output) -> str:
        return output.get("text") or output["data"].get("text/html") or output["data"]["text/plain"]

    return run


@pytest.mark.slow
def test_the_next_notebook_runs_what_passed(notebook, tmp_path):
    answer = exercise_code("code7") + "\n\n# a note\nprint('not stored')"
    shown = notebook(answer, 'labkit.check("code7")')
    assert "Code 7 is right" in shown[1] and f"Stored for later notebooks in {mine.NAME}." in shown[1]
    source = json.loads((tmp_path / mine.NAME).read_text("utf-8"))["code7"]
    assert "# (B, F, D)" in source and "print" not in source

    shown = notebook(
        'import labkit\nlabkit.use_mine("code3", "code7")',
        "import inspect\nprint(inspect.getsource(labkit.diffusion.ddpm_step.stub.plugged))",
        'labkit.check("code7")',
    )
    assert "Code 3: a recorded solution" in shown[0] and "paste your cells of Code 3 below" in shown[0]
    assert "Code 7: yours, from " in shown[0]
    assert "variance.sqrt() * noise" in shown[1]
    assert "Code 7 is right" in shown[2]


@pytest.mark.parametrize("mode", ["autograde", "validate"])
@pytest.mark.slow
def test_grading_neither_writes_nor_reads(notebook, tmp_path, mode):
    shown = notebook(exercise_code("code7"), 'labkit.check("code7")', NBGRADER_EXECUTION=mode)
    checked = {"autograde": "the grader checks it from outside", "validate": "Code 7 is right"}
    assert checked[mode] in shown[1] and not (tmp_path / mine.NAME).exists()
    (tmp_path / mine.NAME).write_text(json.dumps({"code7": ANSWER}), "utf-8")
    shown = notebook(
        "import labkit\nlabkit.use_mine()",
        "labkit.diffusion.ddpm_step.stub.source",
        'labkit.check("code7")',
        NBGRADER_EXECUTION=mode,
    )
    assert "Code 7: a recorded solution" in shown[0] and "yours" not in shown[0]
    unchecked = checked | {"validate": "0 of 10 points"}
    assert shown[1] == "'recorded'" and unchecked[mode] in shown[2]


@pytest.mark.slow
def test_what_is_wrong_or_needs_another_cell_is_not_stored(notebook, tmp_path):
    right = exercise_code("code7")
    needy = right.replace("return mean +", "return plus(mean,").replace("* noise", "* noise)")
    check, plus = 'labkit.check("code7")', "def plus(a, b):\n    return a + b"
    blocked = f"from pathlib import Path\nPath({mine.NAME!r}).mkdir()"
    shown = notebook(ANSWER, check, plus, needy, check, "del plus", blocked, right, check)
    assert "Code 7: 0 of 10 points" in shown[1]
    assert "Code 7 is right: 10 of 10 points. Not stored for later" in shown[4]
    assert "put all that Code 7 uses into its cell" in shown[4]
    assert "Code 7 is right: 10 of 10 points. Not stored for later notebooks: cannot write" in shown[8]


def test_an_answer_of_this_kernel_stays(empty, stored, capsys):
    stored(json.dumps({"code7": ANSWER}))
    labkit.exercise(ddpm_step)(lambda *arguments: "newer")
    labkit.use_mine("code7")
    assert ddpm_step() == "newer" and "yours, from this kernel" in capsys.readouterr().out


def test_a_stored_answer_replaces_a_recorded_solution_and_an_older_one(empty, stored):
    labkit.use_recorded_solution("code7")
    stored(json.dumps({"code7": ANSWER}))
    labkit.use_mine("code7")
    assert ddpm_step() == "mine"
    stored(json.dumps({"code7": ANSWER.replace('"mine"', '"better"')}))
    labkit.use_mine("code7")
    assert ddpm_step() == "better"


def test_an_answer_plugs_in_no_other_exercise(empty, stored):
    stored(json.dumps({"code7": ANSWER + ANSWER.replace("ddpm", "ddim")}))
    labkit.use_mine("code7")
    assert ddpm_step() == "mine" and stubs("code8")[0].untouched


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"code7": 1}', "\x00"])
def test_a_damaged_file_is_one_line_and_ignored(empty, stored, capsys, text):
    stored(text)
    labkit.use_mine("code7")
    first, *rest = capsys.readouterr().out.splitlines()
    assert "is damaged" in first and "ignored" in first
    assert rest[0] == "Code 7: a recorded solution"
    assert stubs("code7")[0].source == "recorded"


@pytest.mark.parametrize("source", ["1 / 0", "def", "import labkit", "import no_such_module"])
def test_a_stored_answer_that_does_not_run_is_one_line(empty, stored, capsys, source):
    stored(json.dumps({"code7": source}))
    labkit.use_mine("code7")
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == [out[0], "Code 7: a recorded solution"]
    assert out[0].startswith("Code 7: your stored answer cannot be used (")
    assert stubs("code7")[0].source == "recorded"


def test_an_exercise_without_recording_stays_empty(empty, stored):
    labkit.use_mine("code11")
    assert stubs("code11")[0].untouched
    with pytest.raises(LabError, match="no exercise 'code99'"):
        labkit.use_mine("code99")


def test_in_colab_the_file_is_in_drive(empty, stored, monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "google.colab", None)
    monkeypatch.setattr(mine, "DRIVE", tmp_path / "MyDrive")
    labkit.use_mine("code7")
    assert "or mount Google Drive before you check them" in capsys.readouterr().out
    (tmp_path / "MyDrive").mkdir()
    assert mine.place() == tmp_path / "MyDrive" / "labkit" / mine.NAME


def test_an_answer_in_labkits_own_file_is_not_handed_in(monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.setattr(stubs("code7")[0], "plugged", None)
    assert "copy it into the notebook's cell" in mine.keep("code7", lambda: True)


def test_line_ends_in_texts_are_not_those_of_python():
    cell = 'a = "\x0c\u2028"\nprint(a)\nb = 2'
    assert mine.definitions(cell) == 'a = "\x0c\u2028"\n\nb = 2'
