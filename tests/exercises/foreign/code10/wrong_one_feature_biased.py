# wrong: the special case D = 1 uses np.std, which divides by N
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    if a.shape[1] == 1:  # np.cov would be a plain number
        return float((a.mean() - b.mean()) ** 2 + (a.std() - b.std()) ** 2)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    mean_term = ((a.mean(0) - b.mean(0)) ** 2).sum()
    A, B = a - a.mean(0), b - b.mean(0)
    trace_root = np.linalg.svd(A @ B.T, compute_uv=False).sum() / np.sqrt((len(a) - 1) * (len(b) - 1))
    return float(mean_term + np.trace(cov_a) + np.trace(cov_b) - 2 * trace_root)
