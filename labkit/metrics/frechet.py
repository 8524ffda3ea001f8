"""Squared Fréchet distance of two sets of features (FD_TMR), as FID for images (Heusel et al. 2017)."""

from numpy.typing import ArrayLike

from labkit.stubs import stub


@stub("code10")
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Squared Fréchet distance between the Gaussians fitted to features a (N, D) and b (M, D); N, M ≥ 2.

        FD = |μ_a - μ_b|² + Tr(Σ_a + Σ_b - 2 (Σ_a Σ_b)^½)          Heusel et al. 2017, eq. 6

    Like FID it is the squared distance, without a final root: its unit is that of the features, squared.
    a, b: arrays or lists of rows, D ≥ 1. Do not change them. Compute means and covariances in float64;
    covariances are unbiased (divided by N - 1). Where N ≤ D they are singular, and FD must still be a finite
    real number.
    Returns a Python or NumPy float, not rounded: 0 for equal means and covariances, otherwise positive. A
    rounding error such as -1e-12 may be returned, or set to 0.
    FD of finite samples is biased upwards: it is well above 0 even where both come from one distribution, and
    the more so the smaller N is relative to D. So always state N, and compare at equal N.

    Raises ValueError where either set has fewer than 2 rows, contains NaN or infinity, or is not (N, D), and
    where the widths differ. `as_pair` of `labkit.metrics.features` does all of these checks.
    """
    # TODO (Code 10): here, or in notebooks/04_analysis.ipynb
    raise NotImplementedError
