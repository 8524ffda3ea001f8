# right: the velocity by autograd's forward mode: d/dt of the line; masked sums
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    def line(s):
        return (1 - s)[:, None, None] * x0 + s[:, None, None] * noise

    x_t, target = torch.func.jvp(line, (t,), (torch.ones_like(t),))
    error = (model(x_t, t) - target).square().masked_fill(~mask[..., None], 0)
    return error.sum((1, 2)) / (mask.sum(1) * x0.shape[2])
