# wrong: only the variances are used, not the covariances
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    shift = a.mean(0) - b.mean(0)
    return float((shift**2).sum() + ((a.std(0, ddof=1) - b.std(0, ddof=1)) ** 2).sum())
