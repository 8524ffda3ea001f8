# wrong: the network is given the step as a float, not as it is
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
    prediction = model(x_t, t.float())
    squares = (prediction - schedule.target(x0, noise, t)) ** 2
    return (squares.mean(-1) * mask).sum(-1) / mask.sum(-1)
