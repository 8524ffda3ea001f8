# wrong: the trace term is 2 √Tr(Σ_a Σ_b), the root of the trace instead of the trace of the root
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    d = a.mean(0) - b.mean(0)
    w, v = np.linalg.eigh(ca)
    half = (v * np.sqrt(np.maximum(w, 0))) @ v.T
    s = np.sqrt(np.trace(ca @ cb))
    return max(float(d @ d + np.trace(ca) + np.trace(cb) - 2 * s), 0.0)
