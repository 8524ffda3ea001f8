# wrong: A general matrix root of the singular product, whose complex result is returned as it is or is nan
# where N ≤ D
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)

    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    d = a.mean(0) - b.mean(0)
    w = np.linalg.eigvals(ca @ cb)
    return float(d @ d + np.trace(ca) + np.trace(cb) - 2 * np.sqrt(w.real).sum())
