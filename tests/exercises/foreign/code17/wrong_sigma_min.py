# wrong: path and target have a sigma_min of 0.01, as in Lipman et al., instead of 0
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    sigma = 0.01
    time = t[:, None, None]
    x_t = (1 - time) * x0 + (1 - (1 - sigma) * (1 - time)) * noise
    error = (model(x_t, t) - ((1 - sigma) * noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
