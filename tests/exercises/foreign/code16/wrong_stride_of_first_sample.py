# wrong: all samples are noised back by the stride of the first one
from collections.abc import Callable

from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(
    schedule: Schedule,
    step: Callable[[Tensor], Tensor],
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
) -> Tensor:
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    alpha = alpha[0]
    x = step(x_t)
    if (t_prev < 0).all():
        return x
    for fresh in noise:
        x = step(alpha.sqrt() * x + (1 - alpha).sqrt() * fresh)
    return x
