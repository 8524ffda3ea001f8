# wrong: deviations are subtracted where variances should be
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
    now, before = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)  # (B, 1, 1)
    signal = (now / before).sqrt()
    sigma = (1 - now).sqrt() - signal * (1 - before).sqrt()  # what is missing to the noise of step t
    for n in noise:
        x_prev = step(signal * x_prev + sigma * n)
    return x_prev
