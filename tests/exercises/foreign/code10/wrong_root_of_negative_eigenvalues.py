# wrong: takes roots of eigenvalues without clamping: rounding makes some negative, and the root nan
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    diff = a.mean(0) - b.mean(0)
    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    eigenvalues = np.linalg.eigvals(ca @ cb).real
    return float(diff @ diff + np.trace(ca) + np.trace(cb) - 2 * np.sqrt(eigenvalues).sum())
