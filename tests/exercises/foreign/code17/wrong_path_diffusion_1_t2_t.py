# wrong: the path is that of diffusion (√(1 − t²), t), not a straight line; the target is noise − x0
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    s = t[:, None, None]
    x_t = torch.sqrt(1 - s**2) * x0 + s * noise
    error = (model(x_t, t) - (noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
