# wrong: what `step` returned is scaled in place
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
    for z in noise:
        x.mul_(alpha.sqrt()).add_((1 - alpha).sqrt() * z)
        x = step(x)
    return x
