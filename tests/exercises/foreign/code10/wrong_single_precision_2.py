# wrong: means and covariances are taken in float32: features with a large mean lose their digits
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)

    a, b = a.astype(np.float32), b.astype(np.float32)
    ca = np.atleast_2d(np.cov(a, rowvar=False, dtype=np.float32))
    cb = np.atleast_2d(np.cov(b, rowvar=False, dtype=np.float32))
    d = a.mean(0) - b.mean(0)
    w, v = np.linalg.eigh(ca)
    half = (v * np.sqrt(np.maximum(w, 0))) @ v.T
    s = np.sqrt(np.maximum(np.linalg.eigvalsh(half @ cb @ half), 0)).sum()
    return max(float(d @ d + np.trace(ca) + np.trace(cb) - 2 * s), 0.0)
