# wrong: x_t is mixed with 1 - β_t of the one step instead of the product ᾱ_t
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
    a = (1 - schedule.betas[t]).float().view(-1, 1, 1)
    x_t = a.sqrt() * x0 + (1 - a).sqrt() * noise
    error = (model(x_t, t) - schedule.target(x0, noise, t)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
