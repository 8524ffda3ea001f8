# right: noise is prepared before the loop and a first noise of zero stands for the first step
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
    keep = schedule.alpha_bar(t).div(schedule.alpha_bar(t_prev))
    prepared = [torch.sqrt(1 - keep) * fresh for fresh in noise.unbind(0)]
    if t_prev.max() < 0:
        prepared.clear()
    result = step(x_t)
    while prepared:
        result = step(torch.addcmul(prepared.pop(0), keep.sqrt(), result))
    return result
