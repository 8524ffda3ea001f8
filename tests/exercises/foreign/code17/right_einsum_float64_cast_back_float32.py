# right: einsum in float64, cast back to float32 at the end
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    s = t.reshape(-1, 1, 1)
    x_t = x0 + s * (noise - x0)
    gap = (model(x_t, t) - noise + x0).double()
    weight = mask / mask.sum(dim=1, keepdim=True)
    return torch.einsum("bfd,bf->b", gap**2, weight.double()).div(x0.shape[-1]).float()
