# wrong: only the means are compared
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    return float(((a.mean(0) - b.mean(0)) ** 2).sum())
