# wrong: the target is clipped to [-1, 1]
# named: clipped to ±1
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
    error = (prediction - schedule.target(x0, noise, t).clamp(-1, 1)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
