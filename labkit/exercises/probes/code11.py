"""What is asked of tmr_score."""

import numpy as np

from labkit.exercises.probe import Inputs, arguments_kept, probe
from labkit.exercises.probes.scalar import accepted, kind, number
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


@probe(0.5, "tmr_score returns one real number for all pairs together, for arrays and for lists of rows")
def one_number(draw: Inputs) -> str:
    text, motion = features(draw, 6), features(draw, 6)
    return f"{kind(tmr_score(text, motion))}, of lists {kind(tmr_score(text.tolist(), motion.tolist()))}"


@probe(0.5, "Equal directions score 1", ("score", float))
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
    0.5,
    "The length of a feature vector does not matter: features are brought to unit length",
    ("score", float),
)
def lengths(draw: Inputs) -> np.ndarray:
    text, motion = features(draw, 8), features(draw, 8)
    scale = 10.0 ** np.arange(-4, 4)[:, None]  # 0.0001 to 1000
    return score(scale * text, motion / (2 * scale[::-1]))


@probe(
    0.5, "One pair (N = 1) has a score too, and so have features of one number (D = 1): first 1 pair, then 2"
)
def one(draw: Inputs) -> np.ndarray:
    text, motion = features(draw, 1), features(draw, 1)
    return np.stack([score(text, motion), score(np.array([[2.0], [3.0]]), np.array([[5.0], [-1.0]]))])


@probe(0.5, "Features that cannot be compared raise ValueError, as the docstring says")
def refuses(draw: Inputs) -> str:
    x, bad = features(draw, 6), np.stack([features(draw, 6) for _ in range(3)])
    score(x, x)  # an error here is no refusal
    bad[0, 2, 1], bad[1, 3, 2], bad[2, 4] = np.nan, np.inf, 0
    sets = {
        "one row beside 6": x[:1], "five rows beside 6": x[:5], "one column beside 4": x[:, :1],
        "another width": x[:, :3], "one axis": x[:, 0], "nan": bad[0], "inf": bad[1], "a zero vector": bad[2],
    }  # fmt: skip
    cases = {f"text with {name}": (bad, x) for name, bad in sets.items()}
    cases |= {f"motion with {name}": (x, bad) for name, bad in sets.items()}
    return accepted(tmr_score, cases | {"N = 0": (x[:0], x[:0]), "one axis in both": (x[:, 0], x[:, 0])})


arguments = arguments_kept(0.5, rows, lengths)
