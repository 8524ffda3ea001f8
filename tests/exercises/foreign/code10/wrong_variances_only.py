# wrong: only the variances of each feature are compared (diagonal covariances)
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)

    d = a.mean(0) - b.mean(0)
    sa, sb = a.std(0, ddof=1), b.std(0, ddof=1)
    return float((d**2).sum() + ((sa - sb) ** 2).sum())
