# wrong: Only the prediction is masked before the difference, so at padded frames the square of the target (of noise or v) still counts.
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
    prediction = model(x_t, t) * mask[..., None]
    target = schedule.target(x0, noise, t)
    error = (prediction - target).square().mean(dim=-1)
    return error.sum(dim=1) / mask.sum(dim=1)
