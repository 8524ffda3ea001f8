"""Outcomes in, points and a diagnosis out. Pure NumPy: it never touches the learner's code.

Right is whatever agrees with a right outcome: there may be several (β or β̃ as variance). Where an outcome
is wrong it is compared with those of known mistakes; the one that made the same outcome names what is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.exercises.probe import Probe

Outcomes = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Mistake:
    """What a known mistake makes of the probes, and the words for it."""

    name: str
    diagnosis: str  # may hold {found} and {expected}: the probe's measure of either
    outcomes: Outcomes


@dataclass(frozen=True)
class Answers:
    """All that is known of an exercise: right outcomes (at least one) and mistakes."""

    right: Sequence[Outcomes]
    mistakes: Sequence[Mistake]


@dataclass(frozen=True)
class Judgement:
    """points: earned, of `total`. failed: names of the probes that failed, coarse to fine.

    message: the first thing that is wrong, in words; empty where nothing is. mistake: its name, if known.
    """

    points: float
    total: float
    failed: tuple[str, ...]
    message: str
    mistake: str | None


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference of two outcomes as a share of b's size; infinite for another kind or shape."""
    if a.dtype.kind == "U" or b.dtype.kind == "U":
        return 0.0 if a.dtype.kind == b.dtype.kind and str(a) == str(b) else np.inf
    if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
        return np.inf
    finite = np.abs(b[np.isfinite(b)])
    size = max(float(finite.max()), 1e-6) if finite.size else 1.0
    differ = (a != b) & ~np.isnan(b)
    return float(np.abs(a[differ] - b[differ]).max(initial=0.0)) / size


def agree(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Same kind, same shape, and no number further off than `tolerance` of b's size."""
    return apart(a, b) <= tolerance


def judge(questions: Sequence[Probe], found: Outcomes, answers: Answers) -> Judgement:
    """Compare what was found with what is known."""

    def wrong(right: Outcomes) -> list[Probe]:
        return [q for q in questions if not agree(found[q.name], right[q.name], q.tolerance)]

    # One right answer for all probes: β here and β̃ there would be neither.
    right = min(answers.right, key=lambda r: sum(q.points for q in wrong(r)))
    failed = wrong(right)
    total = sum(q.points for q in questions)
    if not failed:
        return Judgement(total, total, (), "", None)
    names = tuple(q.name for q in failed)
    earned = sum(q.points for q in questions if q.name not in names)
    mistake = recognise(questions, failed, found, answers.mistakes)
    if mistake is None:
        return Judgement(earned, total, names, describe(failed[0], found, right), None)
    message = fill(mistake, failed, found, right) or describe(failed[0], found, right)
    return Judgement(earned, total, names, message, mistake.name)


def explains(mistake: Mistake, q: Probe, found: Outcomes) -> bool:
    return agree(found[q.name], mistake.outcomes[q.name], q.tolerance)


def telling(outcome: np.ndarray) -> bool:
    """Is it a fingerprint? A text, zeros and nan are not: they have many causes."""
    return outcome.dtype.kind != "U" and bool(np.any(np.abs(outcome[np.isfinite(outcome)]) > 1e-6))


def recognise(
    questions: Sequence[Probe], failed: Sequence[Probe], found: Outcomes, mistakes: Sequence[Mistake]
) -> Mistake | None:
    """The mistake that explains the first thing wrong and most of the rest."""

    def fit(mistake: Mistake) -> tuple[int, int]:
        """How many failures it explains; among equals, the one that would have failed nowhere else."""
        explained, matched = (sum(explains(mistake, q, found) for q in some) for some in (failed, questions))
        return explained, matched

    able = [m for m in mistakes if explains(m, failed[0], found)]
    best = max(able, key=fit, default=None)
    # what has many causes must fit throughout
    if best is None or (not telling(found[failed[0].name]) and fit(best)[0] < len(failed)):
        return None
    return best


def number(q: Probe, outcome: np.ndarray) -> str:
    """A probe's measure of an outcome; empty where it has none."""
    if q.measure is None or outcome.dtype.kind == "U":
        return ""
    try:
        return f"{q.measure[1](outcome):.3g}"
    except (ValueError, IndexError, TypeError):  # an outcome of another shape
        return ""


def fill(mistake: Mistake, failed: Sequence[Probe], found: Outcomes, right: Outcomes) -> str:
    """The words of a mistake, with the measures of the first probe in which they tell it from the right
    answer; empty where there is none, but the words ask for it."""
    if "{" not in mistake.diagnosis:
        return mistake.diagnosis
    for q in failed:
        a, b = number(q, found[q.name]), number(q, right[q.name])
        if a and b and a != b and explains(mistake, q, found):
            return mistake.diagnosis.replace("{found}", a).replace("{expected}", b)
    return ""


def describe(q: Probe, found: Outcomes, right: Outcomes) -> str:
    """What can be said of a mistake that nobody foresaw."""
    a, b = found[q.name], right[q.name]
    if a.dtype.kind == "U":
        text = str(a)
        if text.startswith("raised EmptyExercise: "):
            return text.removeprefix("raised EmptyExercise: ")
        if text.startswith("raised "):
            return f"{q.says}. Your code {text}"
    if "U" in (a.dtype.kind, b.dtype.kind) or a.shape != b.shape:
        expected, got = (str(x) if x.dtype.kind == "U" else f"shape {x.shape}" for x in (b, a))
        return f"{q.says}. Expected {expected}, found {got}"
    if not np.isfinite(a).all():
        return f"{q.says}. Found values that are not finite (nan or inf)"
    if number(q, a) != number(q, b):
        return f"{q.says}. Expected {number(q, b)} as {q.measure[0]}, found {number(q, a)}"
    worst = np.unravel_index(np.argmax(np.abs(a - b)), a.shape)
    at = f" at {list(map(int, worst))}" if a.ndim else ""
    return f"{q.says}. Furthest off{at}: expected {b[worst]:.4g}, found {a[worst]:.4g}"
