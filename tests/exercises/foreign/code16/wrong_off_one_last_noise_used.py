# wrong: off by one: the last noise is not used, U − 1 steps are done
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
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    x = step(x_t)
    if (t_prev < 0).all():
        return x
    U = len(noise)
    for u in range(U - 1):
        x = step(alpha.sqrt() * x + (1 - alpha).sqrt() * noise[u])
    return x
