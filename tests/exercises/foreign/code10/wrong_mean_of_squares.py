# wrong: the first term is the mean of the squared differences over features instead of their sum
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)

    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    d = ((a.mean(0) - b.mean(0)) ** 2).mean()
    w, v = np.linalg.eigh(ca)
    half = (v * np.sqrt(np.maximum(w, 0))) @ v.T
    s = np.sqrt(np.maximum(np.linalg.eigvalsh(half @ cb @ half), 0)).sum()
    return max(float(d + np.trace(ca) + np.trace(cb) - 2 * s), 0.0)
