# wrong: scales the noise in place
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
    noise *= (1 - alpha).sqrt()  # all of them at once
    for n in noise:
        x_prev = step(alpha.sqrt() * x_prev + n)
    return x_prev
