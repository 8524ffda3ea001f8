# wrong: x_t with square roots as in diffusion, while the target is that of the straight line
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    s = t[:, None, None]  # (B, 1, 1)
    x_t = (1 - s).sqrt() * x0 + s.sqrt() * noise
    v = model(x_t, t)
    target = noise - x0
    error = ((v - target) ** 2).mean(dim=-1)  # (B, F)
    return (error * mask).sum(dim=1) / mask.sum(dim=1)
