# wrong: the arrays of the caller are centred in place
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    as_pair(a, b, ("a", "b"), at_least=2)
    a, b = np.asarray(a), np.asarray(b)
    mean_a, mean_b = a.mean(0), b.mean(0)
    a -= mean_a
    b -= mean_b
    shift = mean_a - mean_b
    cov_a, cov_b = a.T @ a / (len(a) - 1), b.T @ b / (len(b) - 1)
    root = np.sqrt(np.maximum(np.linalg.eigvals(cov_a @ cov_b).real, 0)).sum()
    return float(shift @ shift + np.trace(cov_a + cov_b) - 2 * root)
