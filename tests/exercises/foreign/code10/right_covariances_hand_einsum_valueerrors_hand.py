# right: covariances by hand with einsum, ValueErrors by hand, eigenvalues of the product clipped at zero
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = np.array(a, dtype=np.float64), np.array(b, dtype=np.float64)
    for x in (a, b):
        if x.ndim != 2 or len(x) < 2 or not np.isfinite(x).all():
            raise ValueError(f"expected finite features (N, D) with N > 1, got shape {x.shape}")
    if a.shape[1] != b.shape[1]:
        raise ValueError("a and b have different widths")

    def gauss(x):
        mu = np.einsum("nd->d", x) / len(x)
        return mu, np.einsum("ni,nj->ij", x - mu, x - mu) / (len(x) - 1)

    (mu_a, cov_a), (mu_b, cov_b) = gauss(a), gauss(b)
    lam = np.linalg.eigvals(cov_a @ cov_b)
    cross = np.sqrt(np.maximum(lam.real, 0)).sum()
    return float(np.sum((mu_a - mu_b) ** 2) + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)
