# wrong: the first sample's alpha is used for all
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
    alpha = (schedule.alpha_bar(t) / schedule.alpha_bar(t_prev))[0]  # the same for all
    for n in noise:
        x_t = alpha.sqrt() * x_prev + (1 - alpha).sqrt() * n
        x_prev = step(x_t)
    return x_prev
