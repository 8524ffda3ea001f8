# right: all real frames of the batch as one list of rows, added up per sample with index_add.
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
    B, _, D = x0.shape
    x_t = schedule.q_sample(x0, t, noise)
    sample, frame = mask.nonzero(as_tuple=True)  # of each real frame
    rows = model(x_t, t)[sample, frame] - schedule.target(x0, noise, t)[sample, frame]  # (n, D)
    total = torch.zeros(B, dtype=rows.dtype, device=rows.device).index_add(0, sample, rows.pow(2).sum(dim=1))
    count = torch.bincount(sample, minlength=B) * D
    return total / count
