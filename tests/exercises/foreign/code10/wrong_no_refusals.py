# wrong: converts with np.asarray and refuses nothing
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    diff = a.mean(0) - b.mean(0)
    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    w = np.linalg.eigvals(ca @ cb).real
    return float(diff @ diff + np.trace(ca) + np.trace(cb) - 2 * np.sqrt(np.maximum(w, 0)).sum())
