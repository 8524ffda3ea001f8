# wrong: the target is always the clean motion
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
    error = ((model(x_t, t) - x0) ** 2).mean(dim=2)
    return (error * mask).sum(dim=1) / mask.sum(dim=1)
