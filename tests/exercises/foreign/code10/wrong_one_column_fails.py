# wrong: uses np.cov without atleast_2d, which fails for one feature
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    diff = a.mean(axis=0) - b.mean(axis=0)
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    w = np.linalg.eigvals(ca @ cb).real
    return float(diff @ diff + np.trace(ca) + np.trace(cb) - 2 * np.sqrt(np.maximum(w, 0)).sum())
