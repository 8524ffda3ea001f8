# wrong: the network's output is set to zero at padded frames in place
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
    prediction = model(x_t, t)
    prediction[~mask] = 0
    target = schedule.target(x0, noise, t).masked_fill(~mask[..., None], 0)
    return ((prediction - target) ** 2).sum((1, 2)) / mask.sum(1)
