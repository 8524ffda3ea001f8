# wrong: x_t is computed in the memory of noise
# named: changed: noise
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
    a = schedule.alpha_bar(t)
    x_t = noise.mul_((1 - a).sqrt()).add_(a.sqrt() * x0)
    prediction = model(x_t, t)
    error = (prediction - schedule.target(x0, noise, t)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
