# wrong: the loss is weighted by 1/(t² + 0.01), as for a network that predicts x0
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
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1) / (t**2 + 0.01)
