# wrong: the other convention throughout: t = 0 is noise and t = 1 is data, with the target x0 − noise
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    s = t.view(-1, 1, 1)
    x_t = (1 - s) * noise + s * x0
    error = (model(x_t, t) - (x0 - noise)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
