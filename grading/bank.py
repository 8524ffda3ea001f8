"""Right and wrong answers to the exercises: they test the checks, and the wrong ones define the diagnoses.

`grading/mutants/` holds wrong answers, each with the words that a learner who made it should read; what it
makes of the probes is stored for `labkit.check`. `grading/variants/` holds right answers written otherwise.
A file is named after its exercise and may define many answers.
"""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labkit.stubs import EXERCISES, reference, stubs


@dataclass(frozen=True)
class Entry:
    """One answer: functions by the name of the stub they fill; the reference fills the others.

    diagnosis: a mutant's message. other_numbers: a variant that is right although its numbers differ from the
    reference's (β in the place of β̃).
    """

    name: str
    functions: dict[str, Callable]
    diagnosis: str = ""
    other_numbers: bool = False


def mutant(diagnosis: str) -> Callable[[Callable], Entry]:
    """Make a mutant of ``def name() -> {stub name: function, ...}`` or of ``-> function``."""
    return lambda make: Entry(make.__name__, _functions(make), diagnosis=diagnosis)


def variant(other_numbers: bool = False) -> Callable[[Callable], Entry]:
    """Make a variant, likewise."""
    return lambda make: Entry(make.__name__, _functions(make), other_numbers=other_numbers)


def _functions(make: Callable) -> dict[str, Callable]:
    made = make()
    return made if isinstance(made, dict) else {made.__name__: made}


def entries(kind: str, exercise: str) -> list[Entry]:
    """All of one `kind` ("mutants", "variants") for an exercise: the entries of its file, and its lists of
    entries."""
    module = importlib.import_module(f"grading.{kind}.{exercise}")
    lists = [value if isinstance(value, list) else [value] for value in vars(module).values()]
    return [value for some in lists for value in some if isinstance(value, Entry)]


def reference_source(exercise: str) -> str:
    """The file that holds the reference answer."""
    return Path(reference(exercise).__file__).read_text("utf-8")


@contextmanager
def plugged(exercise: str, entry: Entry | None = None) -> Iterator[None]:
    """Work with the reference's answer to an exercise, or with an entry of the bank.

    The reference also stands in for other exercises that are empty: Code 13 calls Code 6.
    """
    own = stubs(exercise)
    entries = [s for name in EXERCISES for s in stubs(name) if name == exercise or s.untouched]
    before = [(s, s.plugged) for s in entries]
    try:
        for s in entries:
            given = entry.functions.get(s.name) if entry and s in own else None
            s.plugged = given or getattr(reference(s.exercise), s.name)
        if entry and (strange := set(entry.functions) - {s.name for s in own}):
            raise ValueError(f"{exercise} has no {', '.join(strange)}: see {entry.name}")
        yield
    finally:
        for s, function in before:
            s.plugged = function
