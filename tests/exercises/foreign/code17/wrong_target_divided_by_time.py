# wrong: the target is written as (x_t - x0) / t, which is 0 / 0 at t = 0
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    time = t[:, None, None]
    x_t = (1 - time) * x0 + time * noise
    error = (model(x_t, t) - (x_t - x0) / time) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
