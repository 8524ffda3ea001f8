"""Answers that passed their check, as source text beside the notebook, for the notebooks that come later.

``labkit.check`` writes them into one JSON file, {"code3": "import torch ...", ...}; ``labkit.use_mine`` plugs
them in. Running this file runs the learner's own cells again, as running the notebook does. While nbgrader
grades or validates (environment variable NBGRADER_EXECUTION) the file is neither written nor read.
"""

import ast
import inspect
import json
import linecache
import os
import sys
from collections.abc import Callable
from pathlib import Path

from labkit.exercises.recorded_solution import RECORDED, use_recorded_solution
from labkit.paths import UNREADABLE, LabError, atomic_write, escape_unprintable
from labkit.stubs import EXERCISES, Stub, find, stubs

NAME = "my_answers.json"
DRIVE = Path("/content/drive/MyDrive")  # Google Drive, once it is mounted in Colab
MODULE = "labkit_mine"  # __name__ of the functions that come out of the file
# Statements of a cell that are stored. Others only run something: a check, a print, a loop.
STORED = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


def place() -> Path:
    """The file: in Drive where that is mounted, otherwise in the notebook's folder."""
    return (DRIVE / "labkit" if DRIVE.is_dir() else Path.cwd()) / NAME


def run_by_nbgrader() -> bool:
    """Whether nbgrader grades or validates this notebook."""
    return bool(os.environ.get("NBGRADER_EXECUTION"))


def read(path: Path) -> tuple[dict[str, str], str]:
    """The stored answers, and a line about the file where it cannot be used."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
            raise ValueError("it holds something else")
        return found, ""
    except FileNotFoundError:
        return {}, ""
    except UNREADABLE as error:
        why = " ".join(str(error).split())
        return {}, f"{path} is damaged ({why}) and ignored: run your exercises' cells and checks again"


def source_of(exercise: str) -> str:
    """What the exercise's cells define: imports, functions, classes and constants. "" where no cell did."""
    functions = [inspect.unwrap(entry.plugged) for entry in stubs(exercise) if entry.plugged]
    if not functions or any(f.__module__ != "__main__" or not hasattr(f, "__code__") for f in functions):
        return ""
    cells = {f.__code__.co_filename: None for f in functions}  # in order, each once
    texts = ["".join(linecache.getlines(name)) for name in cells]
    return "\n\n".join(map(definitions, texts)) + "\n" if all(texts) else ""


def definitions(cell: str) -> str:
    """The statements of a cell that are stored, as they are written."""
    lines, parts = cell.split("\n"), []  # as Python counts lines; splitlines also cuts at other characters
    for node in ast.parse(cell).body:
        if isinstance(node, STORED):
            first = min(n.lineno for n in (node, *getattr(node, "decorator_list", ())))
            parts.append("\n".join(lines[first - 1 : node.end_lineno]))
    return "\n\n".join(parts)


def run(exercise: str, source: str) -> dict[Stub, Callable | None]:
    """What `source` plugs into each stub of an exercise. Afterwards all stubs are as they were.

    Raises whatever the learner's code raises.
    """
    file = f"<{find(exercise).title}, from {NAME}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for tracebacks
    before = {entry: entry.plugged for name in EXERCISES for entry in stubs(name)}
    try:
        for entry in stubs(exercise):
            entry.plugged = None
        exec(compile(source, file, "exec"), {"__name__": MODULE})
        return {entry: entry.plugged for entry in stubs(exercise)}
    finally:
        for entry, function in before.items():
            entry.plugged = function


def keep(exercise: str, passes: Callable[[], bool]) -> str:
    """Store an answer that has passed its check → a line about it, "" where there is nothing to store.

    passes: the check. It is asked once more about the stored text alone, since a cell may use names of
    others, which the next notebook lacks.
    """
    if run_by_nbgrader() or "ipykernel" not in sys.modules:
        return ""
    if not all(entry.plugged for entry in stubs(exercise)):
        return "It is in labkit's own file: copy it into the notebook's cell, which alone is handed in."
    source = source_of(exercise)
    if not source:
        return ""
    try:
        path = place()
    except OSError:
        return "Not stored for later notebooks: the notebook's folder is gone."
    stored, damage = read(path)
    if stored.get(exercise) == source:
        return ""
    before = {entry: entry.plugged for entry in stubs(exercise)}
    try:
        for entry, function in run(exercise, source).items():
            entry.plugged = function
        if not passes():
            return f"Not stored for later notebooks: put all that {find(exercise).title} uses into its cell."
        with atomic_write(path) as temporary:
            temporary.write_text(json.dumps(stored | {exercise: source}, indent=1), "utf-8")
    except Exception as error:  # noqa: BLE001 - the learner's code may raise anything; the check stays passed
        return f"Not stored for later notebooks: {' '.join(str(error).split())}"
    finally:
        for entry, function in before.items():
            entry.plugged = function
    return f"Stored for later notebooks in {path.name}." + (f" {damage}" if damage else "")


def use_mine(*exercises: str) -> None:
    """Plug in your stored answers to earlier exercises, and print whose code runs.

    exercises: such as "code3"; all by default. An answer of this kernel stays as it is. Where nothing is
    stored, a recorded solution takes the place, if the exercise has one (`use_recorded_solution`). Raises
    LabError for an exercise that does not exist.
    """
    path = place()
    stored, damage = ({}, "") if run_by_nbgrader() else read(path)
    escape_unprintable()
    if damage:
        print(damage)
    pasted = []
    for name in exercises or EXERCISES:
        entries, title = stubs(name), find(name).title
        if any(e.source == "yours" and not e.untouched and not mine(e) for e in entries):
            print(f"{title}: yours, from this kernel")
            continue
        if name in stored:
            try:
                found = run(name, stored[name])
                if not all(found.values()):
                    raise LabError("a function is missing")
                for entry, function in found.items():
                    entry.plugged = function
                print(f"{title}: yours, from {path}")
                continue
            except Exception as error:  # noqa: BLE001 - the learner's code may raise anything
                print(f"{title}: your stored answer cannot be used ({type(error).__name__}: {error})")
        if name in RECORDED and all(e.untouched or e.source == "recorded" for e in entries):
            use_recorded_solution(name)
            print(f"{title}: a recorded solution")
            pasted.append(title)
    if pasted and not run_by_nbgrader():
        print(f"To see your own code at work, paste your cells of {', '.join(pasted)} below this one", end="")
        colab = "google.colab" in sys.modules and not DRIVE.is_dir()
        print(", or mount Google Drive before you check them." if colab else ".")


def mine(entry: Stub) -> bool:
    """Whether a stub holds a function that came out of the file."""
    return getattr(entry.plugged, "__module__", None) == MODULE
