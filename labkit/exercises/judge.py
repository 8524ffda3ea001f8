"""From outcomes to points and a diagnosis. Pure NumPy: it never calls the learner's code.

Right is whatever agrees with a right outcome: there may be several (β or β̃ as variance). Wrong outcomes are
compared with those of known mistakes. One that accounts for all of them, and for nothing else, is named as a
possible cause; where none does, the first property that does not hold is shown with an example, and with what
the wrong numbers have in common. A property whose failure accounts for others (an argument changed in place)
comes first. A mistake that accounts for a part of the wrong outcomes, more than any other does, is named as
well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from labkit.exercises.probe import Probe

Outcomes = Mapping[str, np.ndarray]
SEPARATE = ("refuses", "arguments")  # probes that a mistake in the numbers does not explain
NEAR_ZERO = 0.01  # of the right outcome's size: smaller numbers of a mistake may be left by rounding
PART = 3  # probes that a mistake must account for to be named as a part of what is wrong
VARIES = np.array("varies")  # in the place of a mistake's outcome that is not reproducible


@dataclass(frozen=True)
class Mistake:
    """The outcomes of a known mistake, and its diagnosis."""

    name: str
    diagnosis: str  # may hold {found} and {expected}: the probe's measure of either
    outcomes: Outcomes


@dataclass(frozen=True)
class Answers:
    """The known outcomes of an exercise: right ones (at least one) and mistakes."""

    right: Sequence[Outcomes]
    mistakes: Sequence[Mistake]


@dataclass(frozen=True)
class Judgement:
    """points: earned, of `total`. failed: names of the probes that failed, coarse to fine.

    message: the first thing that is wrong, as text; empty where all is right. mistake: its name, if known.
    """

    points: float
    total: float
    failed: tuple[str, ...]
    message: str
    mistake: str | None


def size(a: np.ndarray) -> float:
    """The largest finite magnitude in an outcome, at least 1e-6; 0 for a text, 1 where nothing is finite."""
    if a.dtype.kind == "U":
        return 0.0
    finite = np.abs(a[np.isfinite(a)])
    return max(float(finite.max()), 1e-6) if finite.size else 1.0


def apart(a: np.ndarray, b: np.ndarray, least: float = 0.0) -> float:
    """The largest difference of two outcomes as a share of b's size; infinite for another kind or shape.

    least: b counts as at least this large.
    """
    if a.dtype.kind == "U" or b.dtype.kind == "U":
        return 0.0 if a.dtype.kind == b.dtype.kind and str(a) == str(b) else np.inf
    if a.shape != b.shape or not np.array_equal(np.isnan(a), np.isnan(b)):
        return np.inf
    differ = (a != b) & ~np.isnan(b)
    return float(np.abs(a[differ] - b[differ]).max(initial=0.0)) / max(size(b), least)


def agree(a: np.ndarray, b: np.ndarray, tolerance: float, least: float = 0.0) -> bool:
    """Same kind, same shape, and no number further off than `tolerance` of b's size, see `apart`."""
    return apart(a, b, least) <= tolerance


def judge(questions: Sequence[Probe], found: Outcomes, answers: Answers) -> Judgement:
    """Compare outcomes with the known ones."""

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
    mistake = recognise(questions, names, found, answers)
    cause = next((q for q in failed if q.first and re.fullmatch(q.first, str(found[q.name]))), failed[0])
    if mistake is None:
        message, part = failure_message(cause, found, right), recognise_part(questions, names, found, answers)
        if words := part and fill(part, failed, found, right):
            message += f". One mistake that gives a part of these results: {words}"
        return Judgement(earned, total, names, message, None)
    words = fill(mistake, failed, found, right)
    message = (
        f"One mistake that gives these results: {words}" if words else failure_message(cause, found, right)
    )
    return Judgement(earned, total, names, message, mistake.name)


def explains(mistake: Mistake, q: Probe, found: Outcomes, right: Outcomes) -> bool:
    """Whether a mistake has the outcome that was found for the probe q.

    right: a right answer's outcomes. Where the mistake's numbers are much smaller, they may be what rounding
    leaves of terms that cancel, other numbers on another machine: there the right ones give the scale.
    """
    least = NEAR_ZERO * size(right[q.name])
    return agree(found[q.name], mistake.outcomes[q.name], q.tolerance, least)


def varies(mistake: Mistake, q: Probe) -> bool:
    """Does the outcome of this mistake depend on chance or rounding? Then it is only known that the probe
    fails.
    """
    return bool(np.array_equal(mistake.outcomes[q.name], VARIES))


def recognise(
    questions: Sequence[Probe], failed: Sequence[str], found: Outcomes, answers: Answers
) -> Mistake | None:
    """The first mistake that accounts for every failed probe, at least one exactly, and passes all others. If
    there is none, the first that does so apart from the SEPARATE probes: an answer may have two mistakes.
    """

    def fits(mistake: Mistake, q: Probe) -> bool:
        if varies(mistake, q):
            return q.name in failed
        if q.name in failed:
            return explains(mistake, q, found, answers.right[0])
        return any(explains(mistake, q, right, right) for right in answers.right)

    def exact(mistake: Mistake, questions: Sequence[Probe]) -> bool:
        return any(q.name in failed and not varies(mistake, q) for q in questions)

    def first(questions: Sequence[Probe]) -> Mistake | None:
        fitting = (m for m in answers.mistakes if exact(m, questions) and all(fits(m, q) for q in questions))
        return next(fitting, None)

    return first(questions) or first([q for q in questions if q.name not in SEPARATE])


def recognise_part(
    questions: Sequence[Probe], failed: Sequence[str], found: Outcomes, answers: Answers
) -> Mistake | None:
    """The mistake that accounts for the first failed probe and for most of the others, PART in all or more,
    and passes all that passed: an answer may have two mistakes. None where two account for equally many.
    """
    wrong = [q for q in questions if q.name in failed]
    rest = [q for q in questions if q.name not in failed]
    counts: list[tuple[int, Mistake]] = []
    for mistake in answers.mistakes:
        if not explains(mistake, wrong[0], found, answers.right[0]):
            continue
        if all(any(explains(mistake, q, right, right) for right in answers.right) for q in rest):
            counts.append((sum(explains(mistake, q, found, answers.right[0]) for q in wrong), mistake))
    most = max((n for n, _ in counts), default=0)
    best = [mistake for n, mistake in counts if n == most]
    return best[0] if most >= PART and len(best) == 1 else None


def number(q: Probe, outcome: np.ndarray) -> str:
    """A probe's measure of an outcome; empty where it has none."""
    if q.measure is None or outcome.dtype.kind == "U":
        return ""
    try:
        return f"{q.measure[1](outcome):.3g}"
    except (ValueError, IndexError, TypeError):  # an outcome of another shape
        return ""


def fill(mistake: Mistake, failed: Sequence[Probe], found: Outcomes, right: Outcomes) -> str:
    """The diagnosis of a mistake, with the measures of the first probe in which these differ from the right
    answer. Empty where the diagnosis needs measures, and no probe has them."""
    if "{" not in mistake.diagnosis:
        return mistake.diagnosis
    for q in failed:
        a, b = number(q, found[q.name]), number(q, right[q.name])
        if a and b and a != b and explains(mistake, q, found, right):
            return mistake.diagnosis.replace("{found}", a).replace("{expected}", b)
    return ""


def failure_message(q: Probe, found: Outcomes, right: Outcomes) -> str:
    """The message for an unknown mistake: the requirement, inputs, expected and found values."""
    a, b = found[q.name], right[q.name]
    if a.dtype.kind == "U":
        text = str(a)
        if text.startswith("raised EmptyExercise: "):
            return text.removeprefix("raised EmptyExercise: ")
        if calls := re.fullmatch(r"(raised|returned) by (\w+): (.*)", text, re.DOTALL):
            verb, name, what = calls.groups()
            return f"`{name}` {verb} {what.rstrip('.')}. What was checked: {q.requirement}"
        if text.startswith("raised "):
            return f"Your code {text}. What was checked: {q.requirement}"
    if "U" in (a.dtype.kind, b.dtype.kind) or a.shape != b.shape:
        expected, got = (str(x) if x.dtype.kind == "U" else f"shape {x.shape}" for x in (b, a))
        return f"{q.requirement}. Expected {expected}, found {got}"
    tiny = q.tolerance * size(b)
    wrong = ~(np.abs(a - b) <= tiny)
    first = tuple(map(int, np.argwhere(wrong)[0]))
    if q.labels:
        names = list(dict.fromkeys(name for name, off in zip(q.labels(), wrong, strict=True) if off))
        return f"{q.requirement}. Wrong: {', '.join(names)}"
    if np.isfinite(a).all() and number(q, a) != number(q, b):
        text = f"Expected {number(q, b)} as {q.measure[0]}, found {number(q, a)}"
    else:
        where = q.inputs_at(first) or (f"At {list(first)}" if first else "")
        text = f"{where + ': ' if where else ''}expected {b[first]:.4g}, found {a[first]:.4g}"
    more = weights(q, a, b, first) or relation(a, b, wrong, tiny)
    return ". ".join(filter(None, [q.requirement, text, more]))


def weights(q: Probe, a: np.ndarray, b: np.ndarray, first: tuple[int, ...]) -> str:
    """The sample with the first wrong number as a weighted sum of the probe's terms, found a beside expected
    b. Empty where it has no terms, or the sample is no such sum."""
    sample = first[:-2]
    terms = q.terms_at(sample)
    if not terms:
        return ""
    basis = np.stack([x.ravel() for x in terms.values()], axis=1)
    sums = []
    for y in (b[sample].ravel(), a[sample].ravel()):
        weight, _, rank, _ = np.linalg.lstsq(basis, y, rcond=1e-6)
        if rank < len(terms) or not np.linalg.norm(basis @ weight - y) <= 1e-3 * np.linalg.norm(y):
            return ""
        large = np.abs(weight) > 1e-3 * np.abs(weight).max()
        sums.append(
            " + ".join(f"{w:.3g} · {name}" for w, name, is_large in zip(weight, terms, large) if is_large)
        )
    expected, found = (text or "0" for text in sums)
    return f"It should be {expected}, and is {found}" if found != expected else ""


def relation(a: np.ndarray, b: np.ndarray, wrong: np.ndarray, tiny: float) -> str:
    """What the found numbers a have in common, where that is more informative than one of them; else empty.

    b: expected numbers. wrong: where a differs from b by more than `tiny`.
    """
    if not np.isfinite(a).all():
        return ""
    share = np.abs(a - b) / np.maximum(np.abs(b), 1e-30)
    near = np.linalg.norm(a - b) < 0.01 * np.linalg.norm(b)
    if a.size >= 6 and near and np.median(share) < 0.008 and np.mean(share > 1e-6) > 0.8:
        return (
            "All numbers are nearly right, which a cast to bfloat16 or float16, rounding, or another small "
            "constant (eps) would explain"
        )
    if wrong.sum() < 3:
        return ""
    off, due = a[wrong], b[wrong]
    if np.ptp(b) > tiny and np.ptp(a) <= tiny:
        return "All your numbers are the same"
    if np.abs(np.sort(a, axis=None) - np.sort(b, axis=None)).max() <= tiny:
        place = np.unravel_index(np.abs(b - off[0]).argmin(), b.shape)
        return f"Your numbers are right, but in another order: this one belongs at {list(map(int, place))}"
    if np.abs(off).max() <= tiny:
        return "Every wrong number is 0"
    ratio = float(off @ due) / max(float(due @ due), tiny**2)
    if abs(ratio - 1) > 0.01 and np.abs(off - ratio * due).max() <= tiny:
        return f"Every wrong number is {ratio:.3g} times the expected one"
    if np.ptp(due) > tiny and np.ptp(off - due) <= tiny:
        return f"Every wrong number is {off[0] - due[0]:+.3g} off"
    return ""
