# wrong: the target is written out, and the sign of v is reversed
from collections.abc import Callable

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
    a = schedule.alpha_bar(t)
    if schedule.prediction_type == "epsilon":
        target = noise
    elif schedule.prediction_type == "sample":
        target = x0
    else:
        target = (1 - a).sqrt() * x0 - a.sqrt() * noise
    error = ((prediction - target) ** 2).mean(-1)
    return (error * mask).sum(-1) / mask.sum(-1)
