# wrong: the root of the mean square is returned (RMSE), not the mean square
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
    error = (model(x_t, t) - schedule.target(x0, noise, t)) ** 2
    return torch.sqrt((error.mean(-1) * mask).sum(-1) / mask.sum(-1))
