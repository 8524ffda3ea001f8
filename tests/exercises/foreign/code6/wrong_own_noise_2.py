# wrong: fresh noise replaces the argument `noise`
from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(
    model: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    mask: Tensor,
) -> Tensor:
    eps = torch.randn_like(x0)
    x_t = schedule.q_sample(x0, t, eps)
    error = (model(x_t, t) - schedule.target(x0, eps, t)) ** 2
    weight = mask.unsqueeze(-1).float()
    return (error * weight).sum((1, 2)) / (weight.sum((1, 2)) * x0.shape[-1])
