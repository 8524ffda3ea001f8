# wrong: the sum over features instead of the mean over D
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    s = t[:, None, None]
    x_t = (1 - s) * x0 + s * noise
    error = (model(x_t, t) - (noise - x0)) ** 2
    return (error.sum(-1) * mask).sum(-1) / mask.sum(-1)
