# right: reduce over the noises; the same chain of steps
from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import functools
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
    if bool(torch.all(t_prev == -1)):
        noise = noise[:0]
    ratio = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    keep, add = torch.sqrt(ratio), torch.sqrt(1 - ratio)
    return functools.reduce(lambda x, z: step(keep * x + add * z), noise, step(x_t))
