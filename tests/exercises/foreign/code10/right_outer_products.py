# right: covariances from outer products one row at a time, the overlap by the symmetric block matrix
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    def gaussian(rows):
        mean = sum(rows) / len(rows)
        covariance = np.zeros((rows.shape[1], rows.shape[1]))
        for row in rows - mean:
            covariance += np.outer(row, row)
        return mean, covariance / (len(rows) - 1)

    def half(covariance):
        u, s, _ = np.linalg.svd(covariance, hermitian=True)
        return (u * np.sqrt(s)) @ u.T

    (mean_a, cov_a), (mean_b, cov_b) = gaussian(a), gaussian(b)
    product = half(cov_a) @ half(cov_b)
    nothing = np.zeros_like(product)
    # its eigenvalues are plus and minus the singular values of the product
    overlap = np.abs(np.linalg.eigvalsh(np.block([[nothing, product], [product.T, nothing]]))).sum() / 2
    distance = np.dot(mean_a - mean_b, mean_a - mean_b) + np.trace(cov_a + cov_b) - 2 * overlap
    return float(distance) if distance > 0 else 0.0
