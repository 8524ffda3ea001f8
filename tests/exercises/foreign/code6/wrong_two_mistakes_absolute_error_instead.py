# wrong: two mistakes: the absolute error instead of the square, and the mean includes padded frames as zeros
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
    difference = (model(x_t, t) - schedule.target(x0, noise, t)) * mask[..., None]
    return difference.abs().mean(dim=(1, 2))
