# wrong: x_t is one step of the forward process with beta instead of all t steps
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
    beta = schedule.betas[t][:, None, None].float()
    x_t = (1 - beta).sqrt() * x0 + beta.sqrt() * noise
    error = ((model(x_t, t) - schedule.target(x0, noise, t)) ** 2).mean(-1)
    return (error * mask).sum(-1) / mask.sum(-1)
