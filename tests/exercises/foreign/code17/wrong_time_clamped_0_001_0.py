# wrong: the time is clamped to [0.001, 0.999]
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    t = t.clamp(1e-3, 1 - 1e-3)
    s = t[:, None, None]
    x_t = (1 - s) * x0 + s * noise
    error = (model(x_t, t) - (noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
