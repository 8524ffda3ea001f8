# wrong: the loss is weighted with the SNR, clipped at 5 (min-SNR), which is not asked for
from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(
    model: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    mask: Tensor,
) -> Tensor:
    x_t = schedule.q_sample(x0, t, noise)
    prediction = model(x_t, t)
    error = (prediction - schedule.target(x0, noise, t)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1) * schedule.snr(t).clamp(max=5)
