"""Answers of the bank as submissions, graded under bubblewrap: the points of a check with the same inputs."""

import base64
from functools import cache
from itertools import zip_longest
from pathlib import Path

import cloudpickle
import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from tiers import portion
from toy_course import Student, check, meta

import grading
from grading import bank
from grading.batch.autograde import autograde
from grading.build.notebooks import release
from grading.course import Course
from grading.intake.collect import collect
from grading.remote.grader_client import right
from labkit.exercises import probe
from labkit.exercises.judge import Answers, Judgement, judge
from labkit.exercises.probe import probes
from labkit.stubs import EXERCISES, reference, stubs

pytestmark = [pytest.mark.slow, pytest.mark.stored, pytest.mark.usefixtures("sandboxed")]
NOTEBOOKS = sorted({exercise.notebook for exercise in EXERCISES.values()})
TAKEN = portion(
    [(e, entry) for e in EXERCISES for kind in ("mutants", "variants") for entry in bank.entries(kind, e)],
    60,
    lambda case: f"sandbox {case[0]} {case[1].name}",
)
SEED = 2**63 + 11
CALLS = {"code13": ["code6"]}  # of other exercises; the reference answers these
PLUG = """
import base64, importlib, operator
import cloudpickle, labkit

for path, function in cloudpickle.loads(base64.b64decode({pickled!r})).items():
    module, name = path.split(":")
    stub = operator.attrgetter(name)(importlib.import_module(module))
    labkit.exercise(stub)(function)
"""


def cell(exercise: str, entry: bank.Entry) -> str:
    """Code that plugs an entry of the bank: its functions are in it, for no sandbox contains the bank."""
    with bank.plugged(exercise, entry):
        functions = {
            path: stub.plugged
            for name in (exercise, *CALLS.get(exercise, ()))
            for path, stub in zip(EXERCISES[name].functions, stubs(name))
        }
    return PLUG.format(pickled=base64.b64encode(cloudpickle.dumps(functions)).decode())


def here(exercise: str, entry: bank.Entry) -> Judgement:
    """What a check with the hidden inputs finds, in this process."""
    with bank.plugged(exercise, entry):
        found = probe.collect(exercise, SEED)
    return judge(probes(exercise), found, Answers(right_answers(exercise), []))


@cache
def right_answers(exercise: str) -> list:
    return right(exercise, SEED)


def source(notebook: str) -> NotebookNode:
    """A notebook of its exercises alone."""
    made = new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    made.cells = [new_code_cell("import labkit", id="setup")]
    for name, exercise in EXERCISES.items():
        if exercise.notebook == notebook:
            made.cells += [
                new_code_cell("# empty", id=name, metadata=meta(name, False, True)),
                check(name, sum(q.points for q in probes(name))),
            ]
    return made


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_sandbox_gives_what_check_gives(notebook, tmp_path):
    given = [[(e, entry) for e, entry in TAKEN if e == name] for name in EXERCISES]
    given = [cases for cases in given if cases and EXERCISES[cases[0][0]].notebook == notebook]
    if not given:
        pytest.skip("none of this part")
    for package in (grading, *(reference(name) for name in EXERCISES)):  # not in the sandbox
        cloudpickle.register_pickle_by_value(package)
    course, inbox, expected = Course(tmp_path / "course"), tmp_path / "inbox", {}

    def write(folder: Path) -> None:
        (folder / notebook).mkdir(parents=True)
        nbformat.write(source(notebook), folder / notebook / f"{notebook}.ipynb")

    course.prepare(write)
    (course.root / "hidden_seed.txt").write_text(f"{SEED}\n")
    for number, cases in enumerate(zip_longest(*given)):
        student = Student(release(source(notebook)))
        for exercise, entry in filter(None, cases):
            student.write(exercise, cell(exercise, entry))
            found = here(exercise, entry)
            expected[f"s{number}", exercise] = entry.name, found.points
        folder = inbox / f"s{number}" / f"{notebook}.ipynb"
        folder.parent.mkdir(parents=True)
        folder.write_bytes(student.bytes())
    collect(course, inbox)
    assert autograde(course, course.submissions(), workers=2) == {}
    points = {(mark.student, mark.name): mark.points for mark in course.marks()}
    wrong = {
        f"{exercise} {name}": (points[student, exercise], round(earned, 2))
        for (student, exercise), (name, earned) in expected.items()
        if points[student, exercise] != pytest.approx(earned, abs=0.01)
    }
    assert wrong == {}
