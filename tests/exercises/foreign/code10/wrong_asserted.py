# wrong: bad arguments are refused by assert instead of ValueError
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    assert a.ndim == b.ndim == 2 and a.shape[1] == b.shape[1]
    assert len(a) > 1 and len(b) > 1
    assert np.isfinite(a).all() and np.isfinite(b).all()
    shift = a.mean(0) - b.mean(0)
    cov_a = np.atleast_2d(np.cov(a, rowvar=False))
    cov_b = np.atleast_2d(np.cov(b, rowvar=False))
    root = np.sqrt(np.maximum(np.linalg.eigvals(cov_a @ cov_b).real, 0)).sum()
    return float(shift @ shift + np.trace(cov_a + cov_b) - 2 * root)
