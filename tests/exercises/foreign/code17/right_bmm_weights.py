# right: the point is reached from the noise, and the mean is a product with weights of the frames
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    back = (1 - t).reshape(-1, 1, 1)
    target = noise - x0
    off = model(noise - back * target, t) - target
    weights = mask / mask.sum(1, keepdim=True)
    per_frame = off.square().sum(2) / x0.shape[2]
    return torch.bmm(weights[:, None], per_frame[:, :, None]).flatten()
