# wrong: divides the covariances by N
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    diff = a.mean(0) - b.mean(0)
    ca = np.atleast_2d(np.cov(a, rowvar=False, ddof=0))
    cb = np.atleast_2d(np.cov(b, rowvar=False, ddof=0))
    w = np.linalg.eigvals(ca @ cb).real
    return max(0.0, float(diff @ diff + np.trace(ca) + np.trace(cb) - 2 * np.sqrt(np.maximum(w, 0)).sum()))
