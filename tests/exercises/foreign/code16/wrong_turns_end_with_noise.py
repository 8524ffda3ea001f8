# wrong: the noise is added before the first step too, and there is no step after the last: the loop is step,
# then noise; the result has the noise level of t
# named: ends with noise
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
    if (t_prev < 0).all():
        return step(x_t)
    x = x_t
    for z in noise:
        x = step(x)
        x = alpha.sqrt() * x + (1 - alpha).sqrt() * z
    return x
