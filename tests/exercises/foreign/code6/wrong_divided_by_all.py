# wrong: the sum over real frames is divided by all frames
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
    target = schedule.target(x0, noise, t)
    error = (prediction - target) ** 2 * mask[:, :, None]
    return error.mean(dim=(1, 2))
