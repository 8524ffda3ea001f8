# wrong: each repetition noises the first result again
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
    x = step(x_t)
    if (t_prev < 0).all():
        return x
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)  # (B, 1, 1)
    first = x
    for more in noise:
        x = step(alpha.sqrt() * first + (1 - alpha).sqrt() * more)
    return x
