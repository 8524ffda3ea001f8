# wrong: the trace is of the product of the two roots, Tr(Σ_a^½ Σ_b^½), which differs from Tr((Σ_a Σ_b)^½)
# unless they commute
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)

    def root(m):
        w, v = np.linalg.eigh(m)
        return (v * np.sqrt(w.clip(0))) @ v.T

    ca, cb = np.atleast_2d(np.cov(a.T)), np.atleast_2d(np.cov(b.T))
    d = a.mean(0) - b.mean(0)
    return float(max(d @ d + np.trace(ca + cb - 2 * root(ca) @ root(cb)), 0))
