# wrong: the errors of every sample are divided by the number of frames of the longest motion
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    time = t[:, None, None]
    velocity = model((1 - time) * x0 + time * noise, t)
    error = (velocity - (noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1).max()
