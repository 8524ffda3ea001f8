# right: selects the real frames, means by sample in float64 and back
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    point = torch.stack([a + s * (b - a) for a, b, s in zip(x0, noise, t)])
    velocity = model(point, t)
    off = (velocity - noise).double() + x0.double()
    means = [sample[real].pow(2).mean() for sample, real in zip(off, mask)]
    return torch.stack(means).to(x0.dtype)
