# wrong: all entries of the two covariances are summed instead of those on the diagonal
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    shift = a.mean(0) - b.mean(0)
    cov_a, cov_b = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))

    def root(covariance):
        values, vectors = np.linalg.eigh(covariance)
        return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T

    overlap = np.linalg.norm(root(cov_a) @ root(cov_b), "nuc")
    distance = np.sum(shift**2) + np.sum(cov_a + cov_b) - 2 * overlap
    return max(float(distance), 0.0)
