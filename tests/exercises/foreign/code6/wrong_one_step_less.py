# wrong: the motion is noised to step t - 1, because the paper counts steps from 1
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
    x_t = schedule.q_sample(x0, t - 1, noise)
    error = (model(x_t, t) - schedule.target(x0, noise, t)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
