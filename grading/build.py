"""From one source, everything students get: stubs, stored answers, notebooks.

solutions/reference/   the exercises, each written once
solutions/NN_*.py      the notebooks (jupytext percent format)
grading/mutants/       what goes wrong, and the words for it
"""

import ast
import hashlib
import json
import textwrap
from pathlib import Path

import numpy as np

from grading import bank
from grading.notebooks import ROOT, write_notebooks
from grading.record import write_recorded_solutions
from labkit.exercises.judge import Answers, Mistake, agree, judge
from labkit.exercises.probe import collect, probes
from labkit.paths import LabError, atomic_write
from labkit.stubs import EXERCISES, Stub, reference, stubs

# ------------------------------------------------------------------------------------------------------------
#                                                     Stubs
# ------------------------------------------------------------------------------------------------------------


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


# ------------------------------------------------------------------------------------------------------------
#                                                Stored answers
# ------------------------------------------------------------------------------------------------------------


_made: dict[tuple[str, str], dict[str, np.ndarray]] = {}


def outcomes(exercise: str, entry: bank.Entry | None = None) -> dict[str, np.ndarray]:
    """What an entry of the bank, or the reference, makes of the probes; asked once a process."""
    key = exercise, entry.name if entry else ""
    if key not in _made:
        with bank.plugged(exercise, entry):
            _made[key] = collect(exercise)
    return _made[key]


def digest(exercise: str) -> str:
    """Changes with every source that an exercise's answers are made from."""
    asked = ROOT / "labkit" / "exercises"
    sources = [asked / "probe.py", Path(reference(exercise).__file__)]
    if any("." in entry.own.__qualname__ for entry in stubs(exercise)):  # methods: what calls them counts too
        sources += [ROOT / "labkit" / "models" / name for name in ("base.py",)]
    sources += [ROOT / "grading" / kind / f"{exercise}.py" for kind in ("mutants", "variants")]
    sources += [
        p for p in sorted((asked / "probes").glob("*.py")) if p.stem == exercise or p.stem not in EXERCISES
    ]
    return hashlib.sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()[:16]


def make_answers(exercise: str) -> dict[str, np.ndarray]:
    """The arrays of labkit/exercises/answers/<exercise>.npz. Raises LabError where a mutant is none."""
    questions = probes(exercise)
    right = [outcomes(exercise)]
    right += [outcomes(exercise, v) for v in bank.entries("variants", exercise) if v.other_numbers]
    wrong = [Mistake(m.name, m.diagnosis, outcomes(exercise, m)) for m in bank.entries("mutants", exercise)]
    for mistake in wrong:
        if judge(questions, mistake.outcomes, Answers(right, [])).failed == ():
            raise LabError(f"{exercise}: the mutant {mistake.name} does nothing wrong that a probe can see")
    index = dict(
        probes=[q.name for q in questions], right=len(right), wrong={m.name: m.diagnosis for m in wrong},
        digest=digest(exercise),
    )  # fmt: skip
    arrays = {"index": np.array(json.dumps(index, ensure_ascii=False))}
    for prefix, made in [(f"right/{i}", r) for i, r in enumerate(right)] + [
        (f"wrong/{m.name}", m.outcomes) for m in wrong
    ]:
        for name, value in made.items():
            if prefix == "right/0" or not agree(value, right[0][name], 1e-6):  # most mistakes spoil little
                arrays[f"{prefix}/{name}"] = value.astype(np.float32) if value.dtype.kind == "f" else value
    return arrays


def write_answers(exercise: str) -> bool:
    """Store what the check needs to know; True where that changed the file."""
    path = ROOT / "labkit" / "exercises" / "answers" / f"{exercise}.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as file:
            if json.loads(str(file["index"])).get("digest") == digest(exercise):
                return False
    arrays = make_answers(exercise)
    with atomic_write(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)
    return True


def build() -> None:
    """Make everything; files that would not change are left alone."""
    changed = [entry.name for name in EXERCISES for entry in stubs(name) if write_stub(name, entry)]
    changed += [f"{name}.npz" for name in EXERCISES if write_answers(name)]
    changed += write_recorded_solutions()
    changed += [f"{name}.ipynb" for name in write_notebooks()]
    print("changed: " + ", ".join(changed) if changed else "everything is up to date")
