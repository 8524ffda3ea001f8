# wrong: The target is subtracted from the network's output in place (prediction -= target), which overwrites the network's output.
from collections.abc import Callable

import torch
from torch import Tensor

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
    x_t = schedule.q_sample(x0, t, noise)
    prediction = model(x_t, t)
    prediction -= schedule.target(x0, noise, t)
    error = prediction.square().mean(dim=-1)
    return (error * mask).sum(dim=1) / mask.sum(dim=1)
