# wrong: t is converted to float64, and with it x_t and the loss
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    s = t.double()[:, None, None]  # (B, 1, 1)
    x_t = (1 - s) * x0 + s * noise
    v = model(x_t, t)
    target = noise - x0
    error = ((v - target) ** 2).mean(dim=-1)  # (B, F)
    return (error * mask).sum(dim=1) / mask.sum(dim=1)
