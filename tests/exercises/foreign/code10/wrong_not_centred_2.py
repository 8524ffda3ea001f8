# wrong: the covariance is not centred: XᵀX / (N − 1)
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    ca, cb = a.T @ a / (len(a) - 1), b.T @ b / (len(b) - 1)
    d = a.mean(0) - b.mean(0)
    w, v = np.linalg.eigh(ca)
    half = (v * np.sqrt(np.maximum(w, 0))) @ v.T
    s = np.sqrt(np.maximum(np.linalg.eigvalsh(half @ cb @ half), 0)).sum()
    return max(float(d @ d + np.trace(ca) + np.trace(cb) - 2 * s), 0.0)
