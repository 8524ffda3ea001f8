# right: eigenvalues of the symmetric product, einsum covariances
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    za, zb = a - a.mean(axis=0), b - b.mean(axis=0)
    cov_a = np.einsum("ni,nj->ij", za, za) / (len(a) - 1)
    cov_b = np.einsum("ni,nj->ij", zb, zb) / (len(b) - 1)
    values, vectors = np.linalg.eigh(cov_a)
    half = vectors @ np.diag(np.sqrt(np.clip(values, 0, None))) @ vectors.T
    inner = half @ cov_b @ half
    values = np.linalg.eigvalsh((inner + inner.T) / 2)
    trace = np.sqrt(np.clip(values, 0, None)).sum()
    d = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2) + cov_a.trace() + cov_b.trace() - 2 * trace
    return max(d, 0.0)
