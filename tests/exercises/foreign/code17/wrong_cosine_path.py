# wrong: the path is a quarter of a circle, cos and sin of t, while the target is that of the straight line
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    angle = t[:, None, None] * torch.pi / 2
    velocity = model(angle.cos() * x0 + angle.sin() * noise, t)
    error = (velocity - (noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
