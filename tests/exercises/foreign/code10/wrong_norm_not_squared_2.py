# wrong: adds the norm of the difference of the means, not its square
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    w = np.linalg.eigvals(ca @ cb).real
    cross = np.sqrt(np.maximum(w, 0)).sum()
    return float(np.linalg.norm(a.mean(0) - b.mean(0)) + np.trace(ca) + np.trace(cb) - 2 * cross)
