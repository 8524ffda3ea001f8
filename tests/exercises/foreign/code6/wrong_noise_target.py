# wrong: the target is always the noise, as in the paper
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
    error = (model(x_t, t) - noise).square().mean(-1)
    return (error * mask).sum(1) / mask.sum(1)
