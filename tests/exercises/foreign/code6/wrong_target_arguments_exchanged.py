# wrong: x0 and noise are exchanged in schedule.target: the target is the noise where it should be x0
# named: exchanged in schedule.target
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
    target = schedule.target(noise, x0, t)
    error = (model(x_t, t) - target) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
