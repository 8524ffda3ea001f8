# right: the nuclear norm of the cross product of centred rows: no D × D matrix, mathematically the same trace
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)

    shift = a.mean(0) - b.mean(0)
    a = (a - a.mean(0)) / np.sqrt(len(a) - 1)
    b = (b - b.mean(0)) / np.sqrt(len(b) - 1)
    overlap = np.linalg.norm(a @ b.T, ord="nuc")
    return max(0.0, float((shift**2).sum() + (a**2).sum() + (b**2).sum() - 2 * overlap))
