# right: takes eigenvalues of root(A) B root(A)
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    first, second = as_pair(a, b, ("a", "b"), 2)
    gap = np.linalg.norm(first.mean(0) - second.mean(0)) ** 2
    A, B = (np.cov(x.T).reshape(x.shape[1], x.shape[1]) for x in (first, second))
    values, vectors = np.linalg.eigh(A)
    root = vectors @ np.diag(np.sqrt(values.clip(0))) @ vectors.T
    inner = root @ B @ root
    eigen = np.linalg.eigvalsh((inner + inner.T) / 2).clip(0)
    return max(gap + np.trace(A) + np.trace(B) - 2 * np.sum(np.sqrt(eigen)), 0)
