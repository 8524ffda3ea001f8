# wrong: means and covariances in float32, as from the GPU
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    a, b = a.astype(np.float32), b.astype(np.float32)
    mu_a, mu_b = a.mean(axis=0), b.mean(axis=0)
    ca, cb = a - mu_a, b - mu_b
    sigma_a = ca.T @ ca / (len(a) - 1)
    sigma_b = cb.T @ cb / (len(b) - 1)
    cross = np.linalg.svd(ca @ cb.T, compute_uv=False).sum() / np.sqrt((len(a) - 1) * (len(b) - 1))
    return float(((mu_a - mu_b) ** 2).sum() + np.trace(sigma_a + sigma_b) - 2 * cross)
