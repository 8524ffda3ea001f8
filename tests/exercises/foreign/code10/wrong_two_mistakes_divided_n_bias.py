# wrong: two mistakes: divided by N (bias), and the square root of the whole is returned
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)

    ca = np.atleast_2d(np.cov(a, rowvar=False, bias=True))
    cb = np.atleast_2d(np.cov(b, rowvar=False, bias=True))
    d = a.mean(0) - b.mean(0)
    w, v = np.linalg.eigh(ca)
    half = (v * np.sqrt(np.maximum(w, 0))) @ v.T
    s = np.sqrt(np.maximum(np.linalg.eigvalsh(half @ cb @ half), 0)).sum()
    return float(np.sqrt(max(d @ d + np.trace(ca) + np.trace(cb) - 2 * s, 0.0)))
