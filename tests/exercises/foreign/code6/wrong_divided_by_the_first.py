# wrong: every sample is divided by the length of sample 0
# named: of the first sample
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
    error = (model(x_t, t) - schedule.target(x0, noise, t)).pow(2).mean(-1)
    return (error * mask).sum(1) / mask[0].sum()
