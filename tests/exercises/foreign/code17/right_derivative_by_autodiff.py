# right: the velocity is the derivative of the path, taken by torch.func.jvp
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    def path(time: Tensor) -> Tensor:
        s = time.reshape(-1, 1, 1)
        return (1 - s) * x0 + s * noise

    x_t, velocity = torch.func.jvp(path, (t,), (torch.ones_like(t),))  # the point, and dx_t / dt
    off = (model(x_t, t) - velocity).masked_fill(~mask[..., None], 0.0)
    weights = mask.to(off.dtype)
    total = torch.einsum("bfd,bfd,bf->b", off, off, weights)
    return total / (weights.sum(dim=1).clamp(min=1) * x0.shape[-1])
