# right: computes in torch with float64 and refuses by checks of its own
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
import labkit


import torch


@labkit.exercise(labkit.metrics.frechet_distance)
def frechet_distance(a, b):
    sets = []
    for x in (a, b):
        x = np.array(x, dtype=np.float64)
        if x.ndim != 2 or len(x) < 2 or not np.all(np.isfinite(x)):
            raise ValueError("features must be finite (N, D) with N of 2 or more")
        sets.append(torch.from_numpy(x))
    if sets[0].shape[1] != sets[1].shape[1]:
        raise ValueError("widths differ")
    means = [x.mean(0) for x in sets]
    centred = [(x - m) / (len(x) - 1) ** 0.5 for x, m in zip(sets, means)]
    covs = [c.T @ c for c in centred]
    L, Q = torch.linalg.eigh(covs[0])
    half = Q * L.clamp(min=0).sqrt()
    cross = torch.linalg.eigvalsh(half.T @ covs[1] @ half).clamp(min=0).sqrt().sum()
    return (torch.dist(*means) ** 2 + covs[0].trace() + covs[1].trace() - 2 * cross).item()
