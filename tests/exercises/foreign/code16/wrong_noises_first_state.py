# wrong: noises the state it started from, not the step's result
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
    x_prev = step(x_t)
    if (t_prev < 0).all():
        return x_prev
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)  # (B, 1, 1)
    for n in noise:
        x_again = alpha.sqrt() * x_t + (1 - alpha).sqrt() * n
        x_prev = step(x_again)
    return x_prev
