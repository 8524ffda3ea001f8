"""Fréchet distance between two sets of features (FD_TMR), as FID is for images (Heusel et al. 2017)."""

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair


def matrix_sqrt(covariance: np.ndarray) -> np.ndarray:
    """The symmetric square root of a covariance (D, D), singular ones included: S with S @ S = covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Distance between the Gaussians fitted to features a (N, D) and b (M, D); N and M at least 2.

        FD = |μ_a - μ_b|² + Tr(Σ_a + Σ_b - 2 (Σ_a Σ_b)^½)          Heusel et al. 2017, eq. 6

    Zero for equal means and covariances, never negative, in squared feature units. Covariances are unbiased
    (divided by N - 1). FD of two *finite* samples is far above zero even when both come from one
    distribution, the more so the smaller N is beside D: always give N with it, and compare at equal N.

    Raises ValueError for sets that are too small, not finite, or of different width.
    """
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    shift = a.mean(0) - b.mean(0)
    cov_a, cov_b = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    # Σ_a Σ_b is not symmetric, and with N <= D it is singular: a general matrix root of it may fail or turn
    # complex. Only its trace is needed: the square roots of the eigenvalues of Σ_a Σ_b, which are the
    # singular values of Σ_a^½ Σ_b^½, real and non-negative by definition.
    overlap = np.linalg.svd(matrix_sqrt(cov_a) @ matrix_sqrt(cov_b), compute_uv=False).sum()
    distance = shift @ shift + np.trace(cov_a) + np.trace(cov_b) - 2 * overlap
    return max(float(distance), 0.0)  # rounding can leave -1e-15
