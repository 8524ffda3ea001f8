# wrong: both sets are centred on their common mean
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    mu_a, mu_b = a.mean(axis=0), b.mean(axis=0)
    centre = np.concatenate([a, b]).mean(axis=0)
    A, B = a - centre, b - centre
    n, m = len(a) - 1, len(b) - 1
    trace_root = np.linalg.svd(A @ B.T, compute_uv=False).sum() / np.sqrt(n * m)
    return float(((mu_a - mu_b) ** 2).sum() + (A**2).sum() / n + (B**2).sum() / m - 2 * trace_root)
