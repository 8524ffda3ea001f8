# right: scipy's sqrtm on the symmetric Σ_a^½ Σ_b Σ_a^½, real part; small rounding only
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)

    from scipy import linalg

    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    w, v = linalg.eigh(ca)
    half = v @ np.diag(np.sqrt(np.clip(w, 0, None))) @ v.T
    inner = half @ cb @ half
    values = linalg.eigvalsh((inner + inner.T) / 2)
    d = np.linalg.norm(a.mean(axis=0) - b.mean(axis=0)) ** 2
    fd = d + np.trace(ca + cb) - 2 * np.sqrt(np.clip(values, 0, None)).sum()
    return np.float64(max(fd, 0))
