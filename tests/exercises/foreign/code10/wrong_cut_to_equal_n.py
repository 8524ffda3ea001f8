# wrong: cuts the larger set to the size of the smaller one
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    n = min(len(a), len(b))  # compare at equal N
    a, b = a[:n], b[:n]
    mu_a, mu_b = a.mean(axis=0), b.mean(axis=0)
    A, B = a - mu_a, b - mu_b
    nuclear = np.linalg.svd(A @ B.T, compute_uv=False).sum() / (n - 1)
    spread = ((A**2).sum() + (B**2).sum()) / (n - 1)
    return float(((mu_a - mu_b) ** 2).sum() + spread - 2 * nuclear)
