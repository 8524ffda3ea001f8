# wrong: uses the variances of the columns alone, without their covariances
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    va, vb = a.var(0, ddof=1), b.var(0, ddof=1)
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + (va + vb - 2 * np.sqrt(va * vb)).sum())
