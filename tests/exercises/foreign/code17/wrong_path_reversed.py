# wrong: the path is reversed (t = 0 is noise), the target is that of the course (noise − x0)
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    s = t[:, None, None]
    x_t = s * x0 + (1 - s) * noise
    error = (model(x_t, t) - (noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
