"""Fréchet distance between two sets of features (FD_TMR), like FID for images (Heusel et al. 2017)."""

from numpy.typing import ArrayLike

from labkit.stubs import stub


@stub("code10")
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Distance between the Gaussians fitted to features a (N, D) and b (M, D); N and M at least 2.

        FD = |μ_a - μ_b|² + Tr(Σ_a + Σ_b - 2 (Σ_a Σ_b)^½)          Heusel et al. 2017, eq. 6

    Zero for equal means and covariances, never negative, in squared feature units. Covariances are unbiased
    (divided by N - 1); where N <= D they are singular, and FD is a finite real number all the same. FD of
    two *finite* samples is far above zero even when both come from one distribution, the more so the
    smaller N is beside D: always give N with it, and compare at equal N.

    Raises ValueError for sets that are too small, not finite, or of different width, as
    `labkit.metrics.features.as_pair` does.
    """
    # TODO (Code 10): here, or in notebooks/04_analysis.ipynb
    raise NotImplementedError
