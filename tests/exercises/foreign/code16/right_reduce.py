# right: a fold over the noises
from functools import reduce
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
    now, before = map(schedule.alpha_bar, (t, t_prev))  # (B, 1, 1) each
    keep = torch.sqrt(now) / torch.sqrt(before)
    spread = torch.sqrt((before - now) / before)
    last = bool(torch.all(t_prev == -1))
    return reduce(
        lambda state, n: step(torch.addcmul(keep * state, spread, n)),
        () if last else noise.unbind(0),
        step(x_t),
    )
