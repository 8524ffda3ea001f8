# wrong: σ_min = 1e-2 of Lipman et al. is kept: the path is (1 − t) x0 + (σ + (1 − σ) t) noise and the target
# (1 − σ) noise − x0
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    sigma = 0.01
    s = t[:, None, None]
    x_t = (1 - s) * x0 + (sigma + (1 - sigma) * s) * noise
    error = (model(x_t, t) - ((1 - sigma) * noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
