# wrong: x_t is mixed by hand with alpha_bar instead of its square root
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
    x_t = a * x0 + (1 - a) * noise
    error = ((model(x_t, t) - schedule.target(x0, noise, t)) ** 2).mean(-1)
    return (error * mask).sum(-1) / mask.sum(-1)
