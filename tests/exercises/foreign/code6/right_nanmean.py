# right: padding is nan, and nanmean leaves it out
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
    error = (model(x_t, t) - schedule.target(x0, noise, t)).square()
    return error.masked_fill(~mask[..., None], float("nan")).flatten(1).nanmean(dim=1)
