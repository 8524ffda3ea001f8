# wrong: the velocity is turned into an estimate of x0 and compared with x0, so the loss has the weight t squared
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    time = t[:, None, None]
    x_t = (1 - time) * x0 + time * noise
    estimate = x_t - time * model(x_t, t)
    error = (estimate - x0) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
