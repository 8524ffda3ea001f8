# wrong: second moments instead of covariances: the means are not subtracted
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    shift = a.mean(0) - b.mean(0)
    cov_a = a.T @ a / (len(a) - 1)
    cov_b = b.T @ b / (len(b) - 1)
    root = np.sqrt(np.maximum(np.linalg.eigvals(cov_a @ cov_b).real, 0)).sum()
    return float(shift @ shift + np.trace(cov_a + cov_b) - 2 * root)
