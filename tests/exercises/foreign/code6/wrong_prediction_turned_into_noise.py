# wrong: every prediction is converted to noise and compared with the noise, as eq. 14 has it, whatever the prediction type
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
    _, epsilon = schedule.split(model(x_t, t), x_t, t)
    error = (noise - epsilon) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
