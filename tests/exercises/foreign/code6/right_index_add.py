# right: collects the real frames of the batch and adds them by sample
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
    difference = model(x_t, t) - schedule.target(x0, noise, t)
    sample, frame = mask.nonzero(as_tuple=True)
    per_frame = difference[sample, frame].square().mean(-1)
    total = per_frame.new_zeros(len(x0)).index_add(0, sample, per_frame)
    return total / torch.bincount(sample, minlength=len(x0))
