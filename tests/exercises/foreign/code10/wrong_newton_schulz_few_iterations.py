# wrong: the matrix root is a Newton-Schulz iteration that is stopped after 8 steps, before it has converged
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)
    shift = a.mean(0) - b.mean(0)
    cov_a, cov_b = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    product = cov_a @ cov_b
    size = np.linalg.norm(product)
    y, z, eye = product / (size + 1e-300), np.eye(len(product)), np.eye(len(product))
    for _ in range(8):
        step = (3 * eye - z @ y) / 2
        y, z = y @ step, step @ z
    overlap = np.trace(y) * np.sqrt(size)
    distance = shift @ shift + np.trace(cov_a) + np.trace(cov_b) - 2 * overlap
    return max(float(distance), 0.0)
