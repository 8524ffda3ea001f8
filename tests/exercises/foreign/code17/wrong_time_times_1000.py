# wrong: the model is given t * 1000
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    time = t[:, None, None]  # (B, 1, 1)
    x_t = (1 - time) * x0 + time * noise
    target = noise - x0
    error = (model(x_t, t * 1000) - target) ** 2  # (B, F, D)
    count = mask.sum(dim=1) * x0.shape[2]
    return error.masked_fill(~mask[..., None], 0).sum(dim=(1, 2)) / count
