# wrong: the noise that is added again has the posterior variance, that of the way down, instead of beta
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
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    variance = (1 - a_prev) / (1 - a_t) * (1 - alpha)
    x = step(x_t)
    if (t_prev < 0).all():
        return x
    for fresh in noise:
        x = step(alpha.sqrt() * x + variance.sqrt() * fresh)
    return x
