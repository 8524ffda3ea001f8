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


def agree(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Same kind, same shape, and no number further off than `tolerance` of b's size."""
    if a.dtype.kind == "U" or b.dtype.kind == "U":
        return a.dtype.kind == b.dtype.kind and str(a) == str(b)
    if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
        return False
    finite = np.abs(b[np.isfinite(b)])
    size = max(float(finite.max()), 1e-6) if finite.size else 1.0
    return bool(np.allclose(a, b, rtol=0, atol=tolerance * size, equal_nan=True))


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
    earned = total - sum(q.points for q in failed)
    mistake = recognise(failed, found, answers.mistakes)
    message = fill(mistake.diagnosis, failed, found, right) if mistake else describe(failed[0], found, right)
    return Judgement(earned, total, tuple(q.name for q in failed), message, mistake.name if mistake else None)


def recognise(failed: Sequence[Probe], found: Outcomes, mistakes: Sequence[Mistake]) -> Mistake | None:
    """The mistake that explains the first thing wrong, and most of the rest."""

    def explains(mistake: Mistake, q: Probe) -> bool:
        return agree(found[q.name], mistake.outcomes[q.name], q.tolerance)

    def share(mistake: Mistake) -> float:
        return sum(explains(mistake, q) for q in failed) / len(failed)

    able = [m for m in mistakes if explains(m, failed[0])]
    best = max(able, key=share, default=None)
    # A shape or an error may have many causes: then everything must fit. One wrong number is a fingerprint.
    vague = found[failed[0].name].dtype.kind == "U"
    return None if best is None or (vague and share(best) < 1) else best


def number(q: Probe, outcome: np.ndarray) -> str:
    if q.measure is None or outcome.dtype.kind == "U":
        return "?"
    try:
        return f"{q.measure[1](outcome):.3g}"
    except (ValueError, IndexError):
        return "?"


def fill(diagnosis: str, failed: Sequence[Probe], found: Outcomes, right: Outcomes) -> str:
    """The words of a mistake, with the measures of the first failed probe that has one."""
    q = next((q for q in failed if q.measure), failed[0])
    return diagnosis.replace("{found}", number(q, found[q.name])).replace(
        "{expected}", number(q, right[q.name])
    )


def describe(q: Probe, found: Outcomes, right: Outcomes) -> str:
    """What can be said of a mistake that nobody foresaw."""
    a, b = found[q.name], right[q.name]
    if a.dtype.kind == "U" or b.dtype.kind == "U":
        if str(a).startswith("raised "):
            return f"{q.says}. Your code {a}"
        return f"{q.says}. Expected {b}, found {a}" if b.dtype.kind == "U" else f"{q.says}. Found {a}"
    if a.shape != b.shape:
        return f"{q.says}. Expected shape {b.shape}, found {a.shape}"
    if not np.isfinite(a).all():
        return f"{q.says}. Found values that are not finite (nan or inf)"
    if q.measure:
        return f"{q.says}. {q.measure[0]}: expected {number(q, b)}, found {number(q, a)}"
    worst = np.unravel_index(np.argmax(np.abs(a - b)), a.shape)
    at = f" at {list(map(int, worst))}" if a.ndim else ""
    return f"{q.says}. Furthest off{at}: expected {b[worst]:.4g}, found {a[worst]:.4g}"
