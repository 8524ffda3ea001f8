# wrong: trace of the product of the two roots instead of the root of the product
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    mu_a, mu_b = a.mean(axis=0), b.mean(axis=0)
    ca, cb = a - mu_a, b - mu_b
    sigma_a = ca.T @ ca / (len(a) - 1)
    sigma_b = cb.T @ cb / (len(b) - 1)

    def root(sigma):
        values, vectors = np.linalg.eigh(sigma)
        return vectors @ np.diag(np.sqrt(np.clip(values, 0, None))) @ vectors.T

    cross = np.trace(root(sigma_a) @ root(sigma_b))
    return float(((mu_a - mu_b) ** 2).sum() + np.trace(sigma_a) + np.trace(sigma_b) - 2 * cross)
