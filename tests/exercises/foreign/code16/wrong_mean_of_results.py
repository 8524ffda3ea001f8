# wrong: returns the mean of the U results instead of the last one
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
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)  # (B, 1, 1)
    results = [x_prev]
    for n in noise:
        results.append(step(alpha.sqrt() * results[-1] + (1 - alpha).sqrt() * n))
    return torch.stack(results).mean(dim=0)
