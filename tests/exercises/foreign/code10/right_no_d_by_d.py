# right: uses singular values of the centred data: no D x D matrix
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)
    ca = (a - a.mean(0)) / np.sqrt(len(a) - 1)
    cb = (b - b.mean(0)) / np.sqrt(len(b) - 1)
    cross = np.linalg.norm(ca @ cb.T, ord="nuc")
    return float(np.sum((a.mean(0) - b.mean(0)) ** 2) + np.sum(ca**2) + np.sum(cb**2) - 2 * cross)
