"""Squared Fréchet distance of two sets of features (FD_TMR), as FID for images (Heusel et al. 2017)."""

from numpy.typing import ArrayLike

from labkit.stubs import stub


@stub("code10")
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
    # TODO (Code 10): here, or in notebooks/04_analysis.ipynb
    raise NotImplementedError
