"""The notebooks, run in real kernels: with the reference solutions, and as students get them."""

import pytest
from tiers import ALL

from grading.build.execute import errors, execute
from grading.build.notebooks import make, names, release
from labkit.exercises.probe import probes
from labkit.stubs import EXERCISES

pytestmark = pytest.mark.slow
# Trainings and evaluations of few steps, to see that every cell runs; `make test-all` has them in full.
SHORTER = {
    "04_analysis": {"else (2, 32)": "else (1, 16)"},
    "05_train_steer_edit": {
        "STEPS = 800": "STEPS = 20",
        "240, rate": "60, rate",
        "view, 80)": "view, 10)",
        "view, 300": "view, 20",
        "[0.0, 1.0, 2.0, 3.5, 6.0]": "[0.0, 2.0]",
    },
    "06_flows": {
        "STEPS = 500": "STEPS = 20",
        "range(2000)": "range(200)",
        "N, CALLS = 48, [2, 4, 8, 16, 32]": "N, CALLS = 16, [2, 4]",
        "gallery=24": "gallery=8",
    },
}


def shortened(name: str):
    """The notebook with the reference; shorter where this run takes a part of the tests."""
    notebook = make(name)
    for before, after in {} if ALL else SHORTER.get(name, {}).items():
        (cell,) = (c for c in notebook.cells if c.cell_type == "code" and before in c.source)
        cell.source = cell.source.replace(before, after)
    return notebook


def earned(notebook) -> dict[str, float]:
    """Points of every check cell, as nbgrader reads them."""
    return {
        cell.id.removeprefix("check-"): float(out.data["text/plain"])
        for cell in notebook.cells
        for out in cell.get("outputs", [])
        if cell.id.startswith("check-") and out.output_type == "execute_result"
    }


def of(name: str) -> list[str]:
    return [exercise for exercise, about in EXERCISES.items() if about.notebook == name]


@pytest.mark.parametrize("name", names())
def test_with_the_reference_everything_runs_and_every_point_is_earned(name, capsys):
    notebook = shortened(name)
    seconds = execute(notebook)
    assert errors(notebook) == {}
    assert earned(notebook) == {e: sum(q.points for q in probes(e)) for e in of(name)}
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert sum("image/png" in out.get("data", {}) for out in outputs) >= 3  # and there is something to see
    assert any("<iframe" in out.get("data", {}).get("text/html", "") for out in outputs)  # bodies to turn
    sizes = [len(str(out)) for out in outputs]
    assert max(sizes) < 3e6 and sum(sizes) < 15e6
    with capsys.disabled():
        print(f" {name} {sum(seconds.values()):.0f} s", end="")


@pytest.mark.parametrize("name", names())
def test_with_nothing_filled_in_every_message_names_its_exercise(name):
    notebook = release(shortened(name))
    execute(notebook)
    assert earned(notebook) == dict.fromkeys(of(name), 0.0)
    titles = {EXERCISES[e].title for e in of(name)}
    found = errors(notebook)
    for cell, error in found.items():
        kind, _, words = error.partition(": ")
        # What was to be made by an empty exercise is missing further down, too
        assert kind in ("EmptyExercise", "NameError"), f"{cell}: {error}"
        if kind == "EmptyExercise":
            assert any(f"{title} is still empty" in words for title in titles), f"{cell}: {error}"
            assert f"notebooks/{name}.ipynb" in words
    assert any(e.startswith("EmptyExercise") for e in found.values())
