# wrong: t = 1 is data, as in Lipman et al.
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    time = t[:, None, None]  # (B, 1, 1)
    x_t = time * x0 + (1 - time) * noise
    target = x0 - noise
    error = (model(x_t, t) - target) ** 2  # (B, F, D)
    count = mask.sum(dim=1) * x0.shape[2]
    return error.masked_fill(~mask[..., None], 0).sum(dim=(1, 2)) / count
