# wrong: two mistakes: β of the single step t instead of the stride, and the factor of x_prev lacks its root
from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(
    schedule: Schedule,
    step: Callable[[Tensor], Tensor],
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
) -> Tensor:
    beta = schedule.betas[t].float().view(-1, 1, 1)
    x = step(x_t)
    if (t_prev < 0).all():
        return x
    for z in noise:
        x = step((1 - beta) * x + beta.sqrt() * z)
    return x
