# wrong: Only x0 and noise are handled as targets; with v_prediction the prediction is compared with the noise.
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
    target = x0 if schedule.prediction_type == "sample" else noise
    error = (prediction - target).square().mean(dim=-1)
    return (error * mask).sum(dim=1) / mask.sum(dim=1)
