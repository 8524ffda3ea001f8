# right: the trace of the root as the positive eigenvalues of a symmetric block matrix
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, ("a", "b"), at_least=2)

    size = lambda x: np.sqrt(len(x) - 1)
    # Factors with S = R^T R, of at most D rows: no covariance is ever formed.
    R_a = np.linalg.qr(a - a.mean(axis=0), mode="r") / size(a)  # (min(N, D), D)
    R_b = np.linalg.qr(b - b.mean(axis=0), mode="r") / size(b)  # (min(M, D), D)
    C = np.einsum("id,jd->ij", R_a, R_b)
    # [[0, C], [C^T, 0]] has the eigenvalues +s and -s for each singular value s of C.
    k, l = C.shape
    block = np.zeros((k + l, k + l))
    block[:k, k:], block[k:, :k] = C, C.T
    trace_root = np.abs(np.linalg.eigvalsh(block)).sum() / 2
    offset = np.subtract(a.mean(axis=0), b.mean(axis=0))
    return float(np.dot(offset, offset) + np.vdot(R_a, R_a) + np.vdot(R_b, R_b) - 2 * trace_root)
