# wrong: the mean of the U results is returned instead of the last one
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
    results = [step(x_t)]
    if (t_prev < 0).all():
        return results[0]
    for fresh in noise:
        results.append(step(alpha.sqrt() * results[-1] + (1 - alpha).sqrt() * fresh))
    return torch.stack(results).mean(0)
