"""What is asked of tmr_score."""

import numpy as np

from labkit.exercises.probe import Inputs, probe
from labkit.exercises.probes.scalar import kind, number, refusal
from labkit.metrics import tmr_score


def features(draw: Inputs, n: int, d: int = 4) -> np.ndarray:
    """n directions at unit length."""
    x = draw.normal(n, d).double().numpy()
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def score(text: np.ndarray, motion: np.ndarray) -> np.ndarray:
    return number(tmr_score(text, motion))


def pair_at(draw: Inputs, degrees: float) -> np.ndarray:
    """The score of three pairs of unit vectors, all at that angle, times `draw.scale`."""
    angle, text, side = np.radians(draw.scale * degrees), np.eye(3, 4), np.eye(4)[3]
    return score(text, np.cos(angle) * text + np.sin(angle) * side)


@probe(0.5, "tmr_score returns one real number for all pairs together")
def one_number(draw: Inputs) -> str:
    return kind(tmr_score(features(draw, 6), features(draw, 6)))


@probe(1, "Equal directions score 1", ("score", float))
def same(draw: Inputs) -> np.ndarray:
    return pair_at(draw, 0)


@probe(0.5, "Directions at right angles score 0.5", ("score", float))
def right_angle(draw: Inputs) -> np.ndarray:
    return pair_at(draw, 90)


@probe(0.5, "Directions that point away from each other, at 150°, score (cos 150° + 1) / 2", ("score", float))
def away(draw: Inputs) -> np.ndarray:
    return pair_at(draw, 150)


@probe(1, "Row i of text belongs to row i of motion, and the score is the mean over rows", ("score", float))
def rows(draw: Inputs) -> np.ndarray:
    return score(features(draw, 6), features(draw, 6))


@probe(
    1, "The length of a feature vector does not matter: features are brought to unit length", ("score", float)
)
def lengths(draw: Inputs) -> np.ndarray:
    text, motion = features(draw, 6), features(draw, 6)
    scale = np.arange(1, 7)[:, None]
    return score(scale * text, motion / (2 * scale[::-1]))


@probe(0.5, "Features that cannot be compared raise ValueError, as the docstring says")
def refuses(draw: Inputs) -> str:
    x = features(draw, 6)
    score(x, x)  # an error here is no refusal
    cases = {
        "N = 0": (x[:0], x[:0]),
        "6 captions, 1 motion": (x, x[:1]),
        "a zero vector": (x, x * (np.arange(6) > 0)[:, None]),
    }
    return ", ".join(f"{name}: {refusal(tmr_score, *pair)}" for name, pair in cases.items())
