# wrong: both covariances are divided by the number of rows of a
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    N, D = a.shape
    mu_a, mu_b = a.mean(axis=0), b.mean(axis=0)
    ca, cb = a - mu_a, b - mu_b
    sigma_a = ca.T @ ca / (N - 1)
    sigma_b = cb.T @ cb / (N - 1)
    cross = np.linalg.svd(ca @ cb.T, compute_uv=False).sum() / (N - 1)
    return float(((mu_a - mu_b) ** 2).sum() + np.trace(sigma_a + sigma_b) - 2 * cross)
