# wrong: two mistakes: the sign of the target, and the mask is not used
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    s = t.reshape(-1, 1, 1)
    x_t = (1 - s) * x0 + s * noise
    return torch.nn.functional.mse_loss(model(x_t, t), x0 - noise, reduction="none").mean(dim=(1, 2))
