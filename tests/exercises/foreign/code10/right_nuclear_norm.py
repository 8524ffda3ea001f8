# right: nuclear norm of the product of centred data, no covariance matrix
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    za = (a - a.mean(0)) / np.sqrt(len(a) - 1)
    zb = (b - b.mean(0)) / np.sqrt(len(b) - 1)
    shift = np.linalg.norm(a.mean(0) - b.mean(0)) ** 2
    return shift + np.sum(za**2) + np.sum(zb**2) - 2 * np.linalg.norm(za @ zb.T, "nuc")
