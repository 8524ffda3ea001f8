# wrong: the model gets t shaped (B, 1, 1) instead of t as it is
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    t = t[:, None, None]
    x_t = (1 - t) * x0 + t * noise
    error = (model(x_t, t) - (noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
