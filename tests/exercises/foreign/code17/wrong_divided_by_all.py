# wrong: the frames are averaged with mean over F, padded frames counted as zero errors
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    s = t[:, None, None]
    x_t = torch.lerp(x0, noise, s)
    error = ((model(x_t, t) - (noise - x0)) ** 2).mean(-1)
    return (error * mask).mean(1)
