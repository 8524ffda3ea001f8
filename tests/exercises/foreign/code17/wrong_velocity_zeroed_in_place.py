# wrong: the network's output is set to zero at padded frames in place
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    time = t.view(-1, 1, 1)
    velocity = model((1 - time) * x0 + time * noise, t)
    target = (noise - x0) * mask[..., None]
    velocity *= mask[..., None]
    return ((velocity - target) ** 2).mean(-1).sum(-1) / mask.sum(-1)
