"""What is asked of frechet_distance."""

import numpy as np

from labkit.exercises.probe import Inputs, probe
from labkit.exercises.probes.scalar import kind, number, refusal
from labkit.metrics import frechet_distance

# Dividing by N or by N - 1 is a question of its own (`unbiased`). The others take so many rows, and are so
# tolerant, that it does not matter to them: 1 in 192 is 0.5 %.
N, TOLERANCE = 192, 6e-3


def features(draw: Inputs, n: int, mean: list[float], covariance: np.ndarray) -> np.ndarray:
    """n rows whose *sample* mean and unbiased covariance are exactly the given ones, times `draw.scale`."""
    x = draw.normal(n, len(mean)).double().numpy()
    x -= x.mean(0)
    whiten = np.linalg.inv(np.linalg.cholesky(np.cov(x, rowvar=False)))
    return draw.scale * (x @ whiten.T @ np.linalg.cholesky(covariance).T + mean)


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return number(frechet_distance(a, b))


def tilted(*deviations: float, angle: float) -> np.ndarray:
    """A covariance (3, 3): deviations along axes that are turned about (1, 1, 1)."""
    turn = np.linalg.qr(np.array([[1, 1, 1], [1, -1, 0], [1, 1, -2.0]]).T)[0]
    c, s = np.cos(angle), np.sin(angle)
    axes = turn @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ turn.T
    return axes @ np.diag(np.square(deviations)) @ axes.T


@probe(1, "frechet_distance returns one real number")
def one_number(draw: Inputs) -> str:
    a, b = features(draw, N, [0, 0, 0], np.eye(3)), features(draw, N, [1, 2, 3], np.eye(3))
    return kind(frechet_distance(a, b))


@probe(1, "A set is at distance 0 from itself", ("distance", lambda a: a - 1), TOLERANCE)
def equal(draw: Inputs) -> np.ndarray:
    a = features(draw, N, [1, 2, 3], tilted(1, 1, 2, angle=0.6))
    return 1 + distance(a, a)  # errors are judged beside the right outcome's size, which must not be 0


@probe(
    2,
    "Narrow sets (covariance nearly 0) whose means differ by (2, 3, 6) are at 4 + 9 + 36 = 49",
    ("distance", float),
    TOLERANCE,
)
def means(draw: Inputs) -> np.ndarray:
    narrow = 1e-4 * np.eye(3)
    return distance(features(draw, N, [1, 1, 1], narrow), features(draw, N, [3, 4, 7], narrow))


@probe(
    1,
    "With equal means, no correlation and standard deviations (1, 2, 4) and (3, 2, 1), the distance is the "
    "sum of (σ_a - σ_b)²: 4 + 0 + 9",
    ("distance", float),
    TOLERANCE,
)
def deviations(draw: Inputs) -> np.ndarray:
    a = features(draw, N, [0, 0, 0], np.diag([1.0, 4, 16]))
    return distance(a, features(draw, N, [0, 0, 0], np.diag([9.0, 4, 1])))


@probe(
    2,
    "Features are correlated: covariances are matrices, with a *matrix* root of their *matrix* product",
    ("distance", lambda a: a[0]),
    TOLERANCE,
)
def matrices(draw: Inputs) -> np.ndarray:
    a = features(draw, N, [0, 0, 0], tilted(1, 2, 4, angle=0.4))
    b = features(draw, N, [0, 0, 0], tilted(4, 1, 2, angle=-0.7))
    return np.stack([distance(a, b), distance(b, a)])


@probe(1, "Covariances are divided by N - 1, each by its own N", ("distance", float))
def unbiased(draw: Inputs) -> np.ndarray:
    return distance(
        features(draw, 5, [0, 0], np.diag([1.0, 9])), features(draw, 8, [0, 0], np.diag([16.0, 4]))
    )


@probe(
    1,
    "With fewer different rows (32) than columns (48) covariances are singular: the distance is still finite "
    "and real",
    ("distance", float),
    TOLERANCE,
)
def few_rows(draw: Inputs) -> np.ndarray | str:
    a, b = (np.tile(draw.normal(32, 48).double().numpy(), (N // 32, 1)) for _ in range(2))
    result = frechet_distance(a - a.mean(0), 2 * (b - b.mean(0)))
    return number(result) if kind(result) == "a real number" else kind(result)


@probe(1, "Sets that cannot be compared raise ValueError, as the docstring says")
def refuses(draw: Inputs) -> str:
    a, nan = draw.normal(6, 3).double().numpy(), np.full((6, 3), np.nan)
    distance(a, a)  # an error here is no refusal
    cases = {"one row": a[:1], "another width": a[:, :2], "NaN": nan}
    return ", ".join(f"{name}: {refusal(frechet_distance, a, b)}" for name, b in cases.items())
