# wrong: the square is taken after the mean over features: (mean error)²
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
    x_t = schedule.q_sample(x0, t, noise)
    prediction = model(x_t, t)
    error = prediction - schedule.target(x0, noise, t)
    return (error.mean(-1) ** 2 * mask).sum(-1) / mask.sum(-1)
