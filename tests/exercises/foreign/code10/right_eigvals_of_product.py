# right: takes the eigenvalues of the product, real parts, clamped
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    d = a.mean(axis=0) - b.mean(axis=0)
    sa = np.atleast_2d(np.cov(a, rowvar=False))
    sb = np.atleast_2d(np.cov(b, rowvar=False))
    e = np.linalg.eigvals(sa.dot(sb))
    e = np.where(e.real > 0, e.real, 0)
    return np.dot(d, d) + sa.trace() + sb.trace() - 2 * np.sum(np.sqrt(e))
