# wrong: real frames are selected and viewed as a batch, which needs equal lengths
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
    error = (model(x_t, t) - schedule.target(x0, noise, t)) ** 2
    return error[mask].view(len(x0), -1).mean(1)
