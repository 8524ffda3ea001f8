# wrong: the network is given the clean motion instead of the noisy one
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
    target = schedule.target(x0, noise, t)
    error = (model(x0, t) - target) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
