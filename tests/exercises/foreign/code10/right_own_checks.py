# right: own checks, cumulated in loops, eigenvalues of the product
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = np.array(a, dtype=np.float64), np.array(b, dtype=np.float64)
    for x in (a, b):
        if x.ndim != 2 or x.shape[0] < 2 or not np.all(np.isfinite(x)):
            raise ValueError("bad features")
    if a.shape[1] != b.shape[1]:
        raise ValueError("widths differ")

    def gauss(x):
        mean = sum(x) / len(x)
        return mean, sum(np.outer(row - mean, row - mean) for row in x) / (len(x) - 1)

    (mean_a, cov_a), (mean_b, cov_b) = gauss(a), gauss(b)
    values = np.linalg.eigvals(cov_a @ cov_b)
    root = np.sum(np.sqrt(values.astype(complex)).real)
    d = np.dot(mean_a - mean_b, mean_a - mean_b) + np.trace(cov_a) + np.trace(cov_b) - 2 * root
    return float(d) if d > 0 else 0.0
