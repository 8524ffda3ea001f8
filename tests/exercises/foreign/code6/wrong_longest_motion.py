# wrong: divided by the longest motion of the batch
# named: divided by the frames of the longest motion
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(
    model: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    mask: Tensor,
) -> Tensor:
    prediction = model(schedule.q_sample(x0, t, noise), t)
    error = prediction - schedule.target(x0, noise, t)
    return (error.square().mean(-1) * mask).sum(-1) / mask.sum(-1).max()
