# wrong: the network's velocity is detached, so the loss has no gradient for its weights
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    time = t[:, None, None]
    velocity = model((1 - time) * x0 + time * noise, t).detach()
    error = (velocity - (noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
