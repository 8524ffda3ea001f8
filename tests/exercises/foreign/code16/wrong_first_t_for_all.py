# wrong: the stride's α is that of sample 0 for all samples
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
    alpha = (schedule.alpha_bar(t) / schedule.alpha_bar(t_prev))[0]
    x_prev = step(x_t)
    if (t_prev < 0).all():
        return x_prev
    for z in noise:
        x_prev = step(alpha.sqrt() * x_prev + (1 - alpha).sqrt() * z)
    return x_prev
