# right: scipy's matrix root of the symmetric product
from scipy import linalg
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    shift = a.mean(0) - b.mean(0)
    cov_a = np.atleast_2d(np.cov(a, rowvar=False))
    cov_b = np.atleast_2d(np.cov(b, rowvar=False))
    half = linalg.sqrtm(cov_a + 0j).real
    root = np.trace(linalg.sqrtm(half @ cov_b @ half + 0j)).real
    return float(shift @ shift + np.trace(cov_a + cov_b) - 2 * root)
