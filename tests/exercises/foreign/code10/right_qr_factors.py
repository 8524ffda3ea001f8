# right: the covariances are compared through the triangular factors of the centred rows
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    def factor(rows):
        mean = rows.mean(axis=0)
        return mean, np.linalg.qr(rows - mean, mode="r") / np.sqrt(len(rows) - 1)  # covariance = r.T @ r

    (mean_a, r_a), (mean_b, r_b) = factor(a), factor(b)
    overlap = np.linalg.svd(r_a @ r_b.T, compute_uv=False).sum()
    terms = [((mean_a - mean_b) ** 2).sum(), (r_a**2).sum(), (r_b**2).sum(), -2 * overlap]
    return np.maximum(sum(terms), 0.0)
