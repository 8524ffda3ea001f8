# right: recursion from the end
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
    if noise.shape[0] == 0 or (t_prev < 0).all():
        return step(x_t)
    x_prev = step(x_t)
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    back = alpha**0.5 * x_prev + (1 - alpha) ** 0.5 * noise[0]
    return labkit.diffusion.resampled_step(schedule, step, back, t, t_prev, noise[1:])
