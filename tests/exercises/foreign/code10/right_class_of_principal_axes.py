# right: a class that holds a Gaussian as its principal axes (thin SVD of the rows), math.fsum for the sums
import math

import numpy as np
from scipy.linalg import svd, svdvals

from labkit.metrics.features import as_pair
import labkit


class Gaussian:
    def __init__(self, rows):
        self.mean = rows.sum(axis=0) / len(rows)
        _, lengths, self.axes = svd(rows - self.mean, full_matrices=False)
        self.deviations = lengths / math.sqrt(len(rows) - 1)

    @property
    def variance(self):
        return math.fsum(d * d for d in self.deviations)

    def overlap(self, other):
        """Tr (sigma_self sigma_other)^(1/2)."""
        between = self.axes @ other.axes.T
        return math.fsum(svdvals(self.deviations[:, None] * between * other.deviations))


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    first, second = map(Gaussian, as_pair(a, b, ("a", "b"), at_least=2))
    parts = [(p - q) ** 2 for p, q in zip(first.mean, second.mean)]
    parts += [first.variance, second.variance, -2 * first.overlap(second)]
    return max(0.0, math.fsum(parts))
