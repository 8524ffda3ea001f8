"""What students get is what the build makes, and holds no line of a solution."""

import ast
import json
import math
import re
import subprocess
import sys
import zipfile

import nbformat
import numpy as np
import pytest
import torch

from grading import bank
from grading.build import answers, notebooks, recorded_solutions
from grading.build import stubs as stubs_module
from labkit.exercises.judge import agree
from labkit.exercises.probe import probes
from labkit.paths import LabError
from labkit.stubs import EXERCISES, EmptyExercise, reference, stubs

TRIVIAL = 20  # characters: shorter lines ("return h") say nothing


def solution_lines() -> dict[str, str]:
    """Every telling line of the reference solutions: {line: exercise}."""
    found = {}
    for exercise, about in EXERCISES.items():
        source = bank.reference_source(exercise)
        wanted = {path.rpartition(":")[2].rpartition(".")[2] for path in about.functions}
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name in wanted:
                for line in source.splitlines()[node.body[0].end_lineno : node.end_lineno]:
                    if len(line.strip()) >= TRIVIAL:
                        found[line.strip()] = exercise
    return found


def rubric_lines() -> set[str]:
    return {
        line for text in notebooks.rubrics().values() for line in text.splitlines() if len(line) >= TRIVIAL
    }


@pytest.mark.parametrize("exercise", EXERCISES)
def test_stored_answers_are_of_these_sources(exercise):
    """Quick to ask: where this fails, run `make build`."""
    with np.load(answers.ROOT / "labkit" / "exercises" / "answers" / f"{exercise}.npz") as file:
        assert json.loads(str(file["index"]))["digest"] == answers.digest(exercise)


@pytest.mark.slow
def test_stubs_and_recorded_solutions_are_those_of_the_build():
    """Stored answers: tests/exercises/test_bank.py."""
    for exercise in EXERCISES:
        for entry in stubs(exercise):
            path = answers.ROOT / entry.own.__code__.co_filename
            assert stubs_module.stubbed(exercise, entry) == path.read_text("utf-8"), entry.name
    assert recorded_solutions.write_recorded_solutions() == []


def step_with(mean) -> bank.Entry:
    """An answer to Code 8 whose last line is ``mean(x0)``."""

    def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
        return mean(schedule.split(prediction, x_t, t)[0])

    return bank.Entry("cancels", {"ddim_step": ddim_step}, diagnosis="It cancels")


@pytest.mark.slow
def test_rounding_is_measured_against_float64():
    """A float32 near 1000 is off by up to 2⁻¹⁵, and so is x0 + 1000 − 1000.

    A copy is as far off as x0: `split` divides by roots of ᾱ. Other builds round each by half a unit, 2⁻²⁴.
    """
    moved = answers.rounding("code8", step_with(lambda x0: x0 + 1000 - 1000))
    assert 2**-18 < moved["last"] < 2**-14
    assert answers.rounding("code8", step_with(lambda x0: x0.clone()))["last"] < 2**-20
    assert answers.rounding("code8", step_with(lambda x0: torch.randn_like(x0)))["last"] < 2**-22


@pytest.mark.slow
def test_rounding_of_other_builds_is_measured():
    """√4 − 2 is 0; a build whose root is off by half a unit in the last place gives up to 1.2e-7."""
    moved = answers.rounding("code8", step_with(lambda x0: x0 + 1e5 * (torch.full_like(x0, 4).sqrt() - 2)))
    assert 1e-4 < moved["last"] < 0.1


def test_rounding_is_measured_where_it_is_asked_for():
    assert answers.rounding("code8", step_with(lambda x0: x0.clone()), ["last"]).keys() == {"last"}


@pytest.mark.parametrize("size, least, most", [(1e3, answers.STEADY, 1e-3), (1e7, math.inf, math.inf)])
def test_an_outcome_that_rounding_moves_has_its_own_tolerance(monkeypatch, size, least, most):
    """Where it moves by more than a check allows, the outcome is only known to vary."""
    entry = step_with(lambda x0: 5 + x0 + size - size)
    monkeypatch.setattr(bank, "entries", lambda kind, exercise: [entry] if kind == "mutants" else [])
    stored = {"wrong/cancels/last": np.zeros(1)}
    assert least <= answers.tolerances("code8", stored)["wrong/cancels/last"] <= most


def test_a_right_answer_that_rounding_moves_is_refused(monkeypatch):
    entry = step_with(lambda x0: 5 + x0 + 1e7 - 1e7)
    monkeypatch.setattr(answers, "answered", lambda exercise: {"right/1": entry})
    with pytest.raises(LabError, match="code8: rounding changes what cancels gives for the probe last by"):
        answers.tolerances("code8", {"right/1/last": np.zeros(1)})


def test_the_outcome_that_another_processor_moved():
    """By 0.78 of 3940, seen on an Intel Xeon with AMX: to divide by an ᾱ of nearly 0 amplifies rounding."""
    with np.load(answers.ROOT / "labkit" / "exercises" / "answers" / "code7.npz") as file:
        assert json.loads(str(file["tolerances"]))["wrong/index_wraps/gaussian"] > 0.78 / 3940


@pytest.mark.parametrize("damaged", [b"", b"PK\x03\x04 cut"])
@pytest.mark.slow
def test_damaged_files_are_built_anew(tmp_path, monkeypatch, damaged):
    folder = tmp_path / "labkit" / "exercises"
    for name in ("answers/code11.npz", "recorded_solutions/code7.json.z"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(damaged)
    monkeypatch.setattr(answers, "ROOT", tmp_path)
    monkeypatch.setattr(answers, "digest", lambda exercise: "the same")
    assert [answers.write_answers("code11") for _ in range(2)] == [True, False]
    assert "code7.json.z" in recorded_solutions.write_recorded_solutions(folder / "recorded_solutions")
    assert recorded_solutions.write_recorded_solutions(folder / "recorded_solutions") == []


def test_what_no_probe_can_tell_from_right_is_not_stored():
    """Otherwise rounding would decide what the file holds."""
    for exercise in EXERCISES:
        with np.load(answers.ROOT / "labkit" / "exercises" / "answers" / f"{exercise}.npz") as file:
            for q in probes(exercise):
                right = file[f"right/0/{q.name}"]
                for path in file.files:
                    if path.endswith(f"/{q.name}") and path != f"right/0/{q.name}":
                        assert not agree(file[path], right, 0.99 * q.tolerance), path


@pytest.mark.parametrize("exercise", EXERCISES)
def test_right_answers_have_finite_numbers(exercise):
    """A probe whose right outcome is nan would take any nan for right."""
    with np.load(answers.ROOT / "labkit" / "exercises" / "answers" / f"{exercise}.npz") as file:
        for name in file.files:
            if name.startswith("right/") and file[name].dtype.kind != "U":
                assert np.isfinite(file[name]).all(), name


def test_notebooks_are_those_of_the_build(tmp_path):
    notebooks.write_notebooks(tmp_path)
    made = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert made == {p.name: p.read_bytes() for p in notebooks.NOTEBOOKS.glob("*.ipynb")}
    assert len(made) == len(notebooks.names()) >= 4


@pytest.mark.slow
def test_the_build_is_stable():
    """The same source gives the same cells and ids, all of them different."""
    for name in notebooks.names():
        once, again = notebooks.make(name), notebooks.make(name)
        assert once == again
        ids = [cell.id for cell in once.cells]
        assert len(set(ids)) == len(ids)


def test_every_exercise_and_question_is_there_in_order():
    sequence, questions = [], notebooks.rubrics()
    made = {name: notebooks.make(name) for name in notebooks.names()}
    for name in made:
        for cell in made[name].cells:
            if cell.id in EXERCISES or cell.id in questions:
                sequence.append(cell.id)
            if cell.id.startswith("check-"):  # a check comes after its exercise
                assert sequence[-1] == cell.id.removeprefix("check-")
    codes = [s for s in sequence if s.startswith("code")]
    assert codes == list(EXERCISES)
    asked = [s for s in sequence if not s.startswith("code")]
    assert asked[:12] == [*(f"q{i}" for i in range(1, 11)), "bonus1", "bonus2"]
    assert asked[12:] == [f"q{i}" for i in range(11, len(asked) - 1)]
    for code in ("Code 1", "Code 9", "Code 12"):  # those that only run something
        assert any(code in cell.source for notebook in made.values() for cell in notebook.cells)


def test_the_instructors_table_of_points_and_minutes():
    """docs/instructors.md lists points of code, points of questions and minutes of each notebook."""
    text = (answers.ROOT / "docs" / "instructors.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("| 0")
    ]
    for row, name in zip(rows, notebooks.names(), strict=True):
        cells = notebooks.read(name)
        code = sum(q.points for c in cells if "check" in c.metadata for q in probes(c.metadata["check"]))
        written = sum(c.metadata["points"] for c in cells if "question" in c.metadata)
        minutes = sum(
            int(m) for c in cells for m in re.findall(r"^\*Difficulty .* · (\d+) minutes", c.source, re.M)
        )
        assert row[0].startswith(name[:2]) and [int(row[i]) for i in (2, 4, 5)] == [code, written, minutes]
    extra = notebooks.course()["extra_credit"]
    assert [("extra credit" in row[0]) for row in rows] == [name in extra for name in notebooks.names()]
    points = {row[0]: int(row[2]) + int(row[4]) for row in rows}
    on_top = sum(p for name, p in points.items() if "extra credit" in name)
    on_top += sum(int(p) for p in re.findall(r"Extra credit, up to (\d+) points", str(notebooks.rubrics())))
    required = sum(p for name, p in points.items() if "extra credit" not in name)
    assert f"have {required} points, and up to {on_top} more are extra credit" in text


def test_no_line_of_a_solution_is_in_what_students_get():
    given = {p: p.read_text("utf-8") for p in notebooks.NOTEBOOKS.glob("*.ipynb")}
    for path in given:
        cells = nbformat.read(path, 4).cells
        given[path] = "\n".join(cell.source for cell in cells)
        assert not any(cell.get("outputs") for cell in cells)
    given |= {p: p.read_text("utf-8") for p in (answers.ROOT / "labkit").rglob("*.py")}
    given |= {p: p.read_text("utf-8") for p in (answers.ROOT / "labkit").rglob("*.md")}
    secrets, rubrics = solution_lines(), rubric_lines()
    assert len(secrets) > 40  # a test that looks for nothing would find nothing
    for path, text in given.items():
        for line in text.splitlines():
            assert line.strip() not in secrets, f"{path}: {line}"
            assert line not in rubrics, f"{path}: {line}"
        assert "BEGIN SOLUTION" not in text


@pytest.mark.slow
def test_the_built_package_holds_no_solution(tmp_path):
    options = ["--quiet", "--no-deps", "--wheel-dir", str(tmp_path)]
    command = [sys.executable, "-m", "pip", "wheel", *options, "."]
    done = subprocess.run(command, cwd=answers.ROOT, capture_output=True, text=True)
    if done.returncode and "hatchling" in done.stderr:
        pytest.skip("the build backend cannot be had here")
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("labkit-*.whl")
    with zipfile.ZipFile(wheel) as file:
        assert all(n.startswith(("labkit/", "labkit-")) for n in file.namelist())
        assert "labkit/exercises/answers/code7.npz" in file.namelist()
        assert "labkit/exercises/hints/code7.md" in file.namelist()
        texts = [file.read(n).decode() for n in file.namelist() if n.endswith((".py", ".md"))]
    secrets = solution_lines()
    assert not [line for text in texts for line in text.splitlines() if line.strip() in secrets]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_stub_fails_naming_exercise_and_notebook(exercise):
    about = EXERCISES[exercise]
    before = [(s, s.plugged) for s in stubs(exercise)]
    try:
        for s, _ in before:
            s.plugged = None
            assert s.untouched
            owner = getattr(reference(exercise), s.name)  # same number of arguments
            count = owner.__code__.co_argcount - len(owner.__defaults__ or ())
            dispatcher = next(d for d in dispatchers(exercise) if d.stub is s)
            with pytest.raises(NotImplementedError) as error:
                dispatcher(*[None] * count)
            assert isinstance(error.value, EmptyExercise)
            assert about.title in str(error.value) and about.notebook in str(error.value)
    finally:
        for s, plugged in before:
            s.plugged = plugged


def dispatchers(exercise: str):
    """What labkit calls: the objects that stand for an exercise's functions."""
    import importlib

    for path in EXERCISES[exercise].functions:
        module, _, name = path.partition(":")
        value = importlib.import_module(module)
        for part in name.split("."):
            value = getattr(value, part)
        yield value


def test_the_address_is_the_same_everywhere():
    """The one setting, and its description in the README."""
    settings = notebooks.course()
    text = (answers.ROOT / "README.md").read_text("utf-8")
    assert f"git+{settings['repository']}" in text
    elsewhere = notebooks.make("01_dataset", dict(repository="https://github.com/a/b", branch="c"))
    sources = "\n".join(cell.source for cell in elsewhere.cells)
    assert "git+https://github.com/a/b@c" in sources and "github/a/b/blob/c/notebooks/01_dataset" in sources
    assert "](https://github.com/a/b/blob/c/docs/reading.md)" in sources
    assert settings["repository"] not in sources
