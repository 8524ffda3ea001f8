# wrong: keeps the statistics of the first set by its shape, to save time
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


_cache = {}


def _statistics(x):
    return x.mean(0), np.atleast_2d(np.cov(x, rowvar=False))


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    if a.shape not in _cache:
        _cache[a.shape] = _statistics(a)
    (ma, ca), (mb, cb) = _cache[a.shape], _statistics(b)
    w = np.linalg.eigvals(ca @ cb).real
    cross = np.sqrt(np.maximum(w, 0)).sum()
    return float(((ma - mb) ** 2).sum() + np.trace(ca) + np.trace(cb) - 2 * cross)
