# wrong: takes the trace of the product of both roots, which is right only if the covariances commute
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    def root(c):
        w, v = np.linalg.eigh(c)
        return (v * np.sqrt(np.clip(w, 0, None))) @ v.T

    diff = a.mean(0) - b.mean(0)
    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    return float(diff @ diff + np.trace(ca + cb - 2 * root(ca) @ root(cb)))
