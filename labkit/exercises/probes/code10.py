"""The probes of frechet_distance."""

import numpy as np

from labkit.exercises.probe import Inputs, arguments_kept, probe
from labkit.exercises.probes.scalar import accepted, kind, number
from labkit.metrics import frechet_distance

# Whether covariances are divided by N or by N - 1 is checked by `unbiased` alone. The other probes have
# so many rows, and such a tolerance, that both pass: 1 in 192 is 0.5 %.
N, TOLERANCE = 192, 6e-3


def features(inputs: Inputs, n: int, mean: list[float], covariance: np.ndarray) -> np.ndarray:
    """n rows whose *sample* mean and unbiased covariance are exactly the given ones, times `inputs.scale`."""
    x = inputs.normal(n, len(mean)).double().numpy()
    x -= x.mean(0)
    whiten = np.linalg.inv(np.linalg.cholesky(np.atleast_2d(np.cov(x, rowvar=False))))
    return inputs.scale * (x @ whiten.T @ np.linalg.cholesky(covariance).T + mean)


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return number(frechet_distance(a, b))


def tilted(*deviations: float, angle: float) -> np.ndarray:
    """A covariance (3, 3): standard deviations along axes that are rotated about (1, 1, 1)."""
    turn = np.linalg.qr(np.array([[1, 1, 1], [1, -1, 0], [1, 1, -2.0]]).T)[0]
    c, s = np.cos(angle), np.sin(angle)
    axes = turn @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ turn.T
    return axes @ np.diag(np.square(deviations)) @ axes.T


@probe(0.5, "frechet_distance returns one real number, for arrays and for lists of rows")
def one_number(inputs: Inputs) -> str:
    a, b = features(inputs, N, [0, 0, 0], np.eye(3)), features(inputs, N, [1, 2, 3], np.eye(3))
    return f"{kind(frechet_distance(a, b))}, of lists {kind(frechet_distance(a.tolist(), b.tolist()))}"


@probe(0.5, "A set is at distance 0 from itself", ("distance", lambda a: a - 1), TOLERANCE)
def equal(inputs: Inputs) -> np.ndarray:
    a = features(inputs, N, [1, 2, 3], tilted(1, 1, 2, angle=0.6))
    return 1 + distance(a, a)  # tolerances are relative to the right outcome, which must not be 0


@probe(
    1.5,
    "Narrow sets (covariance nearly 0) whose means differ by (2, 3, 6) are at 4 + 9 + 36 = 49",
    ("distance", float),
    TOLERANCE,
)
def means(inputs: Inputs) -> np.ndarray:
    narrow = 1e-4 * np.eye(3)
    return distance(features(inputs, N, [1, 1, 1], narrow), features(inputs, N, [3, 4, 7], narrow))


@probe(
    1,
    "With equal means, no correlation and standard deviations (1, 2, 4) and (3, 2, 1), the distance is the "
    "sum of (σ_a - σ_b)²: 4 + 0 + 9",
    ("distance", float),
    TOLERANCE,
)
def deviations(inputs: Inputs) -> np.ndarray:
    a = features(inputs, N, [0, 0, 0], np.diag([1.0, 4, 16]))
    return distance(a, features(inputs, N, [0, 0, 0], np.diag([9.0, 4, 1])))


@probe(
    1.5,
    "Features are correlated: covariances are matrices, with a *matrix* root of their *matrix* product",
    ("distance", lambda a: a[0]),
    TOLERANCE,
)
def matrices(inputs: Inputs) -> np.ndarray:
    a = features(inputs, N, [0, 0, 0], tilted(1, 2, 4, angle=0.4))
    b = features(inputs, N, [0, 0, 0], tilted(4, 1, 2, angle=-0.7))
    # the diagonal of this product's root has a negative number
    c = features(inputs, N, [0, 0], np.array([[0.1, 0.9], [0.9, 10]]))
    d = features(inputs, N, [0, 0], np.array([[0.1, -0.09], [-0.09, 0.1]]))
    return np.stack([distance(a, b), distance(b, a), distance(c, d)])


@probe(1, "Covariances are divided by N - 1, each by its own N", ("distance", float))
def unbiased(inputs: Inputs) -> np.ndarray:
    return distance(
        features(inputs, 5, [0, 0], np.diag([1.0, 9])), features(inputs, 8, [0, 0], np.diag([16.0, 4]))
    )


@probe(
    1,
    "With fewer different rows (32) than columns (48) covariances are singular: the distance is still finite "
    "and real",
    ("distance", float),
    TOLERANCE,
)
def few_rows(inputs: Inputs) -> np.ndarray | str:
    a, b = (np.tile(inputs.normal(32, 48).double().numpy(), (N // 32, 1)) for _ in range(2))
    result = frechet_distance(a - a.mean(0), 2 * (b - b.mean(0)))
    return number(result) if kind(result) == "a real number" else kind(result)


@probe(
    0.5, "One column (D = 1): means 0 and 3 and standard deviations 1 and 2 are at 9 + 1", ("distance", float)
)
def one_column(inputs: Inputs) -> np.ndarray:
    one = [features(inputs, N, [mean], np.array([[deviation**2.0]])) for mean, deviation in ((0, 1), (3, 2))]
    return distance(*one)


@probe(0.5, "Features may be far from 0 (mean 1000, float32) and differ little", ("distance", float), 2e-2)
def offset(inputs: Inputs) -> np.ndarray:
    a, b = features(inputs, N, [0, 0, 0], np.eye(3)), features(inputs, N, [0.3, 0, 0], 4 * np.eye(3))
    return distance(*(np.float32(1000 + x) for x in (a, b)))


@probe(0.5, "A small distance is not rounded: 0.0075 for deviations 0.1 and 0.15", ("distance", float), 6e-3)
def small(inputs: Inputs) -> np.ndarray:
    return distance(*(features(inputs, N, [0, 0, 0], np.eye(3) * s**2) for s in (0.1, 0.15)))


@probe(1, "Sets that cannot be compared raise ValueError, see the docstring")
def refuses(inputs: Inputs) -> str:
    x, bad = inputs.normal(6, 3).double().numpy(), inputs.normal(3, 6, 3).double().numpy()
    distance(x, x)  # an error here is no rejection of bad input
    bad[0, 2, 1], bad[1, 3, 2], bad[2, 4, 0] = np.nan, np.inf, -np.inf
    sets = {
        "no row": x[:0], "one row": x[:1], "nan": bad[0], "inf": bad[1], "-inf": bad[2],
        "another width": x[:, :2], "one axis": x[:, 0], "three axes": x[:, :, None],
    }  # fmt: skip
    cases = {f"a with {name}": (bad, x) for name, bad in sets.items()}
    return accepted(frechet_distance, cases | {f"b with {name}": (x, bad) for name, bad in sets.items()})


arguments = arguments_kept(0.5, matrices, unbiased)
