"""The probes of frechet_distance."""

import numpy as np

from labkit.exercises.probe import Inputs, arguments_kept, probe
from labkit.exercises.probes.scalar import accepted, depends_on, kind, number, ratio, rounded
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


@probe(
    0.5,
    "frechet_distance returns one real number, not rounded and always the same, for arrays and for lists of "
    "rows",
)
def one_number(inputs: Inputs) -> str:
    a, b = features(inputs, N, [0, 0, 0], np.eye(3)), features(inputs, N, [1, 2, 3], np.diag([2.0, 3, 5]))
    first, again = frechet_distance(a, b), frechet_distance(a, b)
    found = f"{kind(first)}, of lists {kind(frechet_distance(a.tolist(), b.tolist()))}"
    if kind(first) == "a real number" and not np.isclose(number(first), number(again), 1e-9, 0, True):
        found += ", in a second call another one"
    return found + (", rounded" if rounded(first) else "")


def sets(inputs: Inputs) -> list[np.ndarray]:
    """Two sets (192, 4). Their fourth columns are alike and not correlated with the others."""
    means, covariances = (
        ([0, 1, 2, 5], [2, 3, 0, 5]),
        (tilted(1, 2, 4, angle=0.4), tilted(3, 1, 2, angle=-0.7)),
    )
    made = []
    for mean, covariance in zip(means, covariances):
        whole = 4 * np.eye(4)
        whole[:3, :3] = covariance
        made.append(features(inputs, N, mean, whole))
    return made


@probe(
    0.25,
    "The distance depends on mean and covariance of both sets of a call, and on no earlier call (store "
    "nothing). What changes it",
)
def depends(inputs: Inputs) -> str:
    a, b = sets(inputs)
    shift = inputs.normal(4).double().numpy()
    changed = {
        "mean of a": (a + shift, b),
        "mean of b": (a, b + shift),
        "covariance of a": (2 * a - a.mean(0), b),
        "covariance of b": (a, 2 * b - b.mean(0)),
    }
    return depends_on(frechet_distance, (a, b), changed)


@probe(
    0.25,
    "The order of the rows of `a` does not matter: means are those of columns, and covariances are between "
    "columns (np.cov takes rows for variables, unless rowvar=False). Another order, the same distance",
    ("ratio", float),
)
def order_of_rows(inputs: Inputs) -> np.ndarray:
    a, b = sets(inputs)
    return ratio(frechet_distance(a[a[:, 0].argsort()], b), frechet_distance(a, b))


@probe(
    0.25,
    "Covariances are about the mean of each set: both sets moved by one vector are at the same distance",
    ("ratio", float),
)
def moved(inputs: Inputs) -> np.ndarray:
    a, b = sets(inputs)
    by = inputs.scale * np.array([7, -5, 3, 2])
    return ratio(frechet_distance(a + by, b + by), frechet_distance(a, b))


@probe(
    0.25,
    "Features are taken as they are, neither normalised nor standardised, and distances are squared: "
    "features 3 times as large are 9 times as far apart",
    ("ratio", float),
)
def larger(inputs: Inputs) -> np.ndarray:
    a, b = sets(inputs)
    factor = 3 * inputs.scale
    return ratio(frechet_distance(factor * a, factor * b), frechet_distance(a, b))


@probe(0.5, "A set is at distance 0 from itself", ("distance", lambda a: a - 1), TOLERANCE)
def equal(inputs: Inputs) -> np.ndarray:
    a = features(inputs, N, [1, 2, 3], tilted(1, 1, 2, angle=0.6))
    return 1 + distance(a, a)  # tolerances are relative to the right outcome, which must not be 0


@probe(
    0.25,
    "The distance is a sum over features, no mean: a column that is alike in both sets and not correlated "
    "with others changes nothing",
    ("ratio", float),
)
def another_column(inputs: Inputs) -> np.ndarray:
    a, b = sets(inputs)
    return ratio(frechet_distance(a, b), frechet_distance(a[:, :3], b[:, :3]))


@probe(
    1,
    "Narrow sets (covariance nearly 0) whose means differ by (2, 3, 6) are at 4 + 9 + 36 = 49",
    ("distance", float),
    TOLERANCE,
)
def means(inputs: Inputs) -> np.ndarray:
    narrow = 1e-4 * np.eye(3)
    return distance(features(inputs, N, [1, 1, 1], narrow), features(inputs, N, [3, 4, 7], narrow))


@probe(
    0.75,
    "With equal means, no correlation and standard deviations (1, 2, 4) and (3, 2, 1), the distance is the "
    "sum of (σ_a - σ_b)²: 4 + 0 + 9. Here are 1500 rows, ordered by their first number",
    ("distance", float),
    TOLERANCE,
)
def deviations(inputs: Inputs) -> np.ndarray:
    # ordered, so that a part of the rows has another mean and covariance
    sets = [features(inputs, 1500, [0, 0, 0], np.diag(squares)) for squares in ([1.0, 4, 16], [9.0, 4, 1])]
    return distance(*(x[x[:, 0].argsort()] for x in sets))


@probe(
    1,
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


def columns(_: Inputs, at: tuple[int, ...]) -> str:
    return ("Sets of 5 and 8 rows, two columns", "The same, one column")[at[0]]


@probe(1, "Covariances are divided by N - 1, each by its own N", example=columns)
def unbiased(inputs: Inputs) -> np.ndarray:
    found = []
    for D in (2, 1):
        a, b = np.diag([1.0, 9][:D]), np.diag([16.0, 4][:D])
        found.append(distance(features(inputs, 5, [0] * D, a), features(inputs, 8, [0] * D, b)))
    return np.stack(found)


@probe(
    1,
    "With fewer different rows (32) than columns (48) covariances are singular: the distance is still finite "
    "and real, and that of these covariances, with nothing added to them",
    ("distance", float),
    TOLERANCE,
)
def few_rows(inputs: Inputs) -> np.ndarray | str:
    a, b = (np.tile(inputs.normal(32, 48).double().numpy(), (N // 32, 1)) for _ in range(2))
    result = frechet_distance(a - a.mean(0), 2 * (b - b.mean(0)))
    return number(result) if kind(result) == "a real number" else kind(result)


@probe(
    0.5,
    "One column (D = 1): means 0 and 3 and standard deviations 1 and 2 are at 9 + 1",
    ("distance", float),
    # np.cov of one column has no axes, which the functions that take matrices refuse in words of their own
    first="raised .*(0-dim|enough dimensions|at least two|[Nn]on-matrix).*",
)
def one_column(inputs: Inputs) -> np.ndarray:
    one = [features(inputs, N, [mean], np.array([[deviation**2.0]])) for mean, deviation in ((0, 1), (3, 2))]
    return distance(*one)


@probe(0.5, "Features may be far from 0 (mean 1000, float32) and differ little", ("distance", float), 2e-2)
def offset(inputs: Inputs) -> np.ndarray:
    a, b = features(inputs, N, [0, 0, 0], np.eye(3)), features(inputs, N, [0.3, 0, 0], 4 * np.eye(3))
    return distance(*(np.float32(1000 + x) for x in (a, b)))


@probe(
    0.5,
    "Small distances are those of the formula: 0.0012 for means at 300 000 and deviations 0.04 and "
    "0.06. This needs float64, with nothing added to covariances and nothing left out",
    ("distance", float),
    TOLERANCE,
)
def small(inputs: Inputs) -> np.ndarray:
    size = inputs.scale**-0.75  # with that of `features`, a power of 1/4
    return distance(*(size * features(inputs, N, [3e5, 3e5, 3e5], np.eye(3) * s**2) for s in (0.04, 0.06)))


@probe(1, "Sets that cannot be compared raise ValueError, see the docstring")
def refuses(inputs: Inputs) -> str:
    x, bad = inputs.normal(6, 3).double().numpy(), inputs.normal(3, 6, 3).double().numpy()
    distance(x, x)  # an error here is no rejection of bad input
    distance(x[:2], x[2:4])
    bad[0, 2, 1], bad[1, 3, 2], bad[2, 4, 0] = np.nan, np.inf, -np.inf
    sets = {
        "no row": x[:0], "one row": x[:1], "nan": bad[0], "inf": bad[1], "-inf": bad[2],
        "another width": x[:, :2], "one axis": x[:, 0], "three axes": x[:, :, None],
    }  # fmt: skip
    cases = {f"a with {name}": (bad, x) for name, bad in sets.items()}
    cases |= {f"b with {name}": (x, bad) for name, bad in sets.items()}
    return accepted(frechet_distance, cases | {"one axis in both": (x[:, 0], x[:, 0])})


arguments = arguments_kept(0.5, matrices, unbiased)
