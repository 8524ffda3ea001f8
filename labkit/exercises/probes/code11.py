"""The probes of tmr_score."""

import numpy as np

from labkit.exercises.probe import Inputs, arguments_kept, probe
from labkit.exercises.probes.scalar import accepted, depends_on, kind, number, ratio, rounded
from labkit.metrics import tmr_score


def features(inputs: Inputs, n: int, d: int = 4) -> np.ndarray:
    """n random unit vectors."""
    x = inputs.normal(n, d).double().numpy()
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def score(text: np.ndarray, motion: np.ndarray) -> np.ndarray:
    return number(tmr_score(text, motion))


def pairs_at(inputs: Inputs, *degrees: float) -> np.ndarray:
    """The score of three pairs of unit vectors at these angles, or all at one, times `inputs.scale`."""
    angle = np.radians(inputs.scale * np.array(degrees))[:, None]  # (3, 1) or (1, 1)
    text, side = np.eye(3, 4), np.eye(4)[3]
    return score(text, np.cos(angle) * text + np.sin(angle) * side)


@probe(0.5, "tmr_score returns one real number for all pairs, not rounded, for arrays and for lists of rows")
def one_number(inputs: Inputs) -> str:
    text, motion = features(inputs, 6), features(inputs, 6)
    found = tmr_score(text, motion)
    words = f"{kind(found)}, of lists {kind(tmr_score(text.tolist(), motion.tolist()))}"
    return words + (", rounded" if rounded(found) else "")


@probe(0.25, "The score depends on text and motion of a call, and on no earlier call. What changes it")
def depends(inputs: Inputs) -> str:
    text, other_text, motion, other_motion = (features(inputs, 6) for _ in range(4))
    changed = {"text": (other_text, motion), "motion": (text, other_motion)}
    return depends_on(tmr_score, (text, motion), changed)


@probe(
    0.25,
    "The length of feature vectors does not matter: each is divided by its own length √(x · x), with nothing "
    "added to it. Text 1000 times as short, then motion 1000 times as long, scores the same",
    ("ratio", lambda a: a[np.abs(a - 1).argmax()]),
)
def shorter_or_longer(inputs: Inputs) -> np.ndarray:
    text, motion = features(inputs, 6), features(inputs, 6)
    before = score(text, motion)
    return np.stack([ratio(score(text / 1000, motion), before), ratio(score(text, 1000 * motion), before)])


@probe(
    0.25,
    "Pairs do not affect each other: each has its own lengths and cosine, sums over its features, and the "
    "score is the mean over pairs. That of six is the mean of that of the first three and of the last three",
    ("ratio", float),
)
def halves(inputs: Inputs) -> np.ndarray:
    text, motion = features(inputs, 6), features(inputs, 6)
    return ratio(score(text, motion), (score(text[:3], motion[:3]) + score(text[3:], motion[3:])) / 2)


@probe(
    0.25,
    "Rotated features, all by one rotation, have the same cosines: lengths are √(x · x), and nothing is "
    "subtracted from features or clipped",
    ("ratio", float),
)
def rotated(inputs: Inputs) -> np.ndarray:
    text, motion = features(inputs, 6), features(inputs, 6)
    rotation = np.linalg.qr(inputs.normal(4, 4).double().numpy())[0]
    return ratio(score(3 * text @ rotation, 3 * motion @ rotation), score(3 * text, 3 * motion))


@probe(0.25, "Equal directions score 1", ("score", float))
def same(inputs: Inputs) -> np.ndarray:
    return pairs_at(inputs, 0)


@probe(0.5, "Pairs at 90°, 60° and 45° score 0.5, 0.75 and 0.85: 0.70 as a mean", ("score", float))
def angles(inputs: Inputs) -> np.ndarray:
    return pairs_at(inputs, 90, 60, 45)


@probe(0.5, "Directions that point away from each other, at 150°, score (cos 150° + 1) / 2", ("score", float))
def away(inputs: Inputs) -> np.ndarray:
    return pairs_at(inputs, 150)


@probe(0.5, "Row i of text belongs to row i of motion, and the score is the mean over rows", ("score", float))
def rows(inputs: Inputs) -> np.ndarray:
    return score(features(inputs, 6), features(inputs, 6))


@probe(
    0.25,
    "The score does not depend on the length of feature vectors, even of very short ones: they are "
    "normalised to unit length",
    ("score", float),
)
def lengths(inputs: Inputs) -> np.ndarray:
    text, motion = features(inputs, 8), features(inputs, 8)
    scale = 10.0 ** np.arange(-4, 4)[:, None]  # 0.0001 to 1000
    return score(scale * text, motion / (2 * scale[::-1]))


@probe(
    0.5, "One pair (N = 1) has a score too, and so have features of one number (D = 1): first 1 pair, then 2"
)
def one(inputs: Inputs) -> np.ndarray:
    text, motion = features(inputs, 1), features(inputs, 1)
    return np.stack([score(text, motion), score(np.array([[2.0], [3.0]]), np.array([[5.0], [-1.0]]))])


@probe(0.5, "Features that cannot be compared raise ValueError, see the docstring")
def refuses(inputs: Inputs) -> str:
    x, bad = features(inputs, 6), np.stack([features(inputs, 6) for _ in range(3)])
    score(x, x)  # an error here is no rejection of bad input
    bad[0, 2, 1], bad[1, 3, 2], bad[2, 4] = np.nan, np.inf, 0
    sets = {
        "one row beside 6": x[:1], "five rows beside 6": x[:5], "one column beside 4": x[:, :1],
        "another width": x[:, :3], "one axis": x[:, 0], "nan": bad[0], "inf": bad[1], "a zero vector": bad[2],
    }  # fmt: skip
    cases = {f"text with {name}": (bad, x) for name, bad in sets.items()}
    cases |= {f"motion with {name}": (x, bad) for name, bad in sets.items()}
    return accepted(tmr_score, cases | {"N = 0": (x[:0], x[:0]), "one axis in both": (x[:, 0], x[:, 0])})


arguments = arguments_kept(0.5, rows, lengths)
