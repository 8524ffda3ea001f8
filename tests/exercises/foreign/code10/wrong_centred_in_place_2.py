# wrong: subtracts the mean in place, which changes the caller's float64 array
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    ma, mb = a.mean(0), b.mean(0)
    a -= ma
    b -= mb
    ca, cb = a.T @ a / (len(a) - 1), b.T @ b / (len(b) - 1)
    w, v = np.linalg.eigh(ca)
    ra = (v * np.sqrt(np.maximum(w, 0))) @ v.T
    inner = np.linalg.eigvalsh(ra @ cb @ ra)
    cross = np.sqrt(np.maximum(inner, 0)).sum()
    return float(((ma - mb) ** 2).sum() + np.trace(ca) + np.trace(cb) - 2 * cross)
