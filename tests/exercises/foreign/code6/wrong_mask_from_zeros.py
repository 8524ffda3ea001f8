# wrong: frames whose features are all zero are taken for padding, and the mask is not used
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
    prediction = model(schedule.q_sample(x0, t, noise), t)
    error = (prediction - schedule.target(x0, noise, t)).pow(2).mean(-1)
    real = (x0 != 0).any(-1)
    return (error * real).sum(-1) / real.sum(-1)
