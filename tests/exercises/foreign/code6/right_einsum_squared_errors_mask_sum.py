# right: einsum of squared errors and mask; the sum over D and frames divided by D times the real frames
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
    difference = model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)
    real = mask.to(difference.dtype)
    return (
        torch.einsum("bfd,bfd,bf->b", difference, difference, real)
        / torch.einsum("bf->b", real)
        / x0.size(-1)
    )
