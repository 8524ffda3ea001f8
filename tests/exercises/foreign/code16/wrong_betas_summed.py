# wrong: the beta of a stride is the sum of the betas of its steps
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
    betas = [schedule.betas[p + 1 : s + 1].sum() for p, s in zip(t_prev.tolist(), t.tolist())]
    alpha = 1 - torch.stack(betas).float().clamp(max=0.999)[:, None, None]
    x = step(x_t)
    if (t_prev < 0).all():
        return x
    for fresh in noise:
        x = step(alpha.sqrt() * x + (1 - alpha).sqrt() * fresh)
    return x
