# wrong: The prediction is always converted to noise and compared with the noise, as in eq. 14, whatever prediction_type is, which weights the error of x0 or v by a factor that depends on t.
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
    _, estimate = schedule.split(prediction, x_t, t)  # eq. 14 is about the noise
    error = (estimate - noise).square().mean(dim=-1)
    return (error * mask).sum(dim=1) / mask.sum(dim=1)
