# wrong: x_prev is noised with q_sample to step t, as if it were clean: ᾱ_t instead of the stride's α
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
    for z in noise:
        x_prev = step(schedule.q_sample(x_prev, t, z))
    return x_prev
