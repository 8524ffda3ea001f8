import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair


def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Distance between the Gaussians fitted to features a (N, D) and b (M, D); N and M at least 2.

        FD = |μ_a - μ_b|² + Tr(Σ_a + Σ_b - 2 (Σ_a Σ_b)^½)          Heusel et al. 2017, eq. 6

    a, b: arrays or lists of rows, D at least 1. Means and covariances are taken in float64; the arrays stay
    as they are. Returns a Python or NumPy float, not rounded, in squared feature units: zero for equal means
    and covariances, never below zero but for rounding (-1e-12 will do, and so will 0). Covariances are
    unbiased (divided by N - 1); where N <= D they are singular, and FD is a finite real number all the same.
    FD of two *finite* samples is far above zero even when both come from one distribution, the more so the
    smaller N is beside D: always give N with it, and compare at equal N.

    Raises ValueError where either set has fewer than 2 rows, holds NaN or infinity, is not (N, D), or is of
    another width than the other: `as_pair` of `labkit.metrics.features` does all of that.
    """
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    shift = a.mean(0) - b.mean(0)
    cov_a, cov_b = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    # Only the trace of the root is needed: the square roots of the eigenvalues of Σ_a Σ_b, which are the
    # singular values of Σ_a^½ Σ_b^½, real and non-negative. A general matrix root of Σ_a Σ_b, which is
    # singular for N <= D, may fail or turn complex.
    roots = []
    for covariance in (cov_a, cov_b):
        values, vectors = np.linalg.eigh(covariance)
        roots.append((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)
    overlap = np.linalg.svd(roots[0] @ roots[1], compute_uv=False).sum()
    distance = shift @ shift + np.trace(cov_a) + np.trace(cov_b) - 2 * overlap
    return max(float(distance), 0.0)  # rounding can leave -1e-15
