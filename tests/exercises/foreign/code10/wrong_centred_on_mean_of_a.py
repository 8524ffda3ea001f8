# wrong: both covariances are taken about the mean of the first set
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    shift = a.mean(0) - b.mean(0)
    centre = a.mean(0)
    cov_a = (a - centre).T @ (a - centre) / (len(a) - 1)
    cov_b = (b - centre).T @ (b - centre) / (len(b) - 1)

    def root(covariance):
        values, vectors = np.linalg.eigh(covariance)
        return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T

    overlap = np.linalg.norm(root(cov_a) @ root(cov_b), "nuc")
    distance = shift @ shift + np.trace(cov_a) + np.trace(cov_b) - 2 * overlap
    return max(float(distance), 0.0)
