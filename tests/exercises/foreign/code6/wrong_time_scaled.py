# wrong: calls the network with t / T between 0 and 1 (a habit of flow code) instead of t as it is.
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
    prediction = model(x_t, t.float() / schedule.T)
    error = ((prediction - schedule.target(x0, noise, t)) ** 2).mean(dim=-1)  # (B, F)
    return (error * mask).sum(dim=1) / mask.sum(dim=1)
