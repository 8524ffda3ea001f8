# right: lerp for the line, a loop over samples with boolean index
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    velocity = model(torch.lerp(x0, noise, t[:, None, None]), t)
    target = noise - x0
    return torch.stack([((velocity[i] - target[i])[mask[i]] ** 2).mean() for i in range(len(t))])
