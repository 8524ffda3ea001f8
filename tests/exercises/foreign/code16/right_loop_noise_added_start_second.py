# right: A loop with the noise added at its start from the second turn on; coefficients in float64, cast back
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
    a = schedule.alpha_bar(t).double() / schedule.alpha_bar(t_prev).double()
    U = 1 if t_prev.max() < 0 else noise.size(0) + 1
    current = x_t
    for u in range(U):
        if u > 0:
            current = (a.sqrt() * current + (1 - a).sqrt() * noise[u - 1]).to(x_t.dtype)
        current = step(current)
    return current
