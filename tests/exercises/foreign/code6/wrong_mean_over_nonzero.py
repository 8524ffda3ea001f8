# wrong: the sum is divided by the number of errors that are not zero, so exact predictions count as padding and a perfect one gives nan
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
    error = error * mask.unsqueeze(-1)
    return error.sum(dim=(1, 2)) / (error != 0).sum(dim=(1, 2))
