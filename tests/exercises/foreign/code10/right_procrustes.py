# right: the covariance term as the smallest distance of two factors after a rotation
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


class Gaussian:
    """Mean and a square factor R with covariance R^T R."""

    def __init__(self, rows):
        n, d = rows.shape
        self.mean = np.add.reduce(rows, axis=0) / n
        r = np.linalg.qr((rows - self.mean) / np.sqrt(n - 1.0), mode="r")
        self.factor = np.vstack([r, np.zeros((d - len(r), d))])  # (D, D), whatever N

    def squared_distance(self, other):
        # min over rotations Q of |R_a - Q R_b|^2 = Tr S_a + Tr S_b - 2 Tr (S_a S_b)^1/2: never below zero.
        u, _, vt = np.linalg.svd(self.factor @ other.factor.T)
        rest = self.factor - (u @ vt) @ other.factor
        return np.sum(np.square(self.mean - other.mean)) + np.sum(np.square(rest))


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    first, second = map(Gaussian, as_pair(a, b, ("a", "b"), at_least=2))
    return first.squared_distance(second)
