# right: one sample after the other, real frames selected by the mask
import torch
from collections.abc import Callable

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
    difference = model(x_t, t) - schedule.target(x0, noise, t)
    return torch.stack([d[real].pow(2).mean() for d, real in zip(difference, mask)])
