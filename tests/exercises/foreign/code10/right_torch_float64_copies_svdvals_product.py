# right: torch in float64 on copies; svdvals of the product of roots
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import torch
import labkit


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    a, b = as_pair(a, b, names=("a", "b"), at_least=2)

    a, b = torch.tensor(a), torch.tensor(b)

    def root(x):
        u, s, vt = torch.linalg.svd(x - x.mean(0), full_matrices=False)
        return (s[:, None] * vt) / (len(x) - 1) ** 0.5

    ra, rb = root(a), root(b)
    shift = (a.mean(0) - b.mean(0)).square().sum()
    total = shift + ra.square().sum() + rb.square().sum() - 2 * torch.linalg.svdvals(ra @ rb.T).sum()
    return total.clamp(min=0).item()
