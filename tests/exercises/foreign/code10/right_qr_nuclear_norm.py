# right: no D x D matrix at all: QR factors of the centred rows and the nuclear norm
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    sets = as_pair(a, b, ("a", "b"), at_least=2)
    means = [np.average(rows, axis=0) for rows in sets]
    # sigma = R.T @ R, so the eigenvalues of sigma_a @ sigma_b are the squared singular values of Ra @ Rb.T
    Ra, Rb = (
        np.linalg.qr(np.subtract(rows, mean) / np.sqrt(len(rows) - 1), mode="r")
        for rows, mean in zip(sets, means)
    )
    apart = means[0] - means[1]
    total = np.dot(apart, apart) + np.vdot(Ra, Ra) + np.vdot(Rb, Rb) - 2 * np.linalg.norm(Ra @ Rb.T, "nuc")
    return max(float(total), 0.0)
