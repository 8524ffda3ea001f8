# wrong: both covariances are divided by N - 1 of the first set
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    n = len(a) - 1
    mu_a, mu_b = a.mean(axis=0), b.mean(axis=0)
    A, B = a - mu_a, b - mu_b
    trace_a, trace_b = (A**2).sum() / n, (B**2).sum() / n
    # Tr (S_a S_b)^1/2 is the sum of the singular values of A B^T / n
    trace_root = np.linalg.svd(A @ B.T / n, compute_uv=False).sum()
    return float(((mu_a - mu_b) ** 2).sum() + trace_a + trace_b - 2 * trace_root)
