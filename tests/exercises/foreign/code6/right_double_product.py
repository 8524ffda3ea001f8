# right: difference times itself by einsum in float64 with weights of the real frames, back to float32
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
    prediction = model(schedule.q_sample(x0, t, noise), t)
    weights = mask.double()
    weights = weights / (weights.sum(1, keepdim=True) * x0.shape[2])
    off = (schedule.target(x0, noise, t) - prediction).double()
    return torch.einsum("bfd,bf,bfd->b", off, weights, off).to(x0.dtype)
