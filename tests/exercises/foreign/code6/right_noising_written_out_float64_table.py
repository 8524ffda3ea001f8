# right: noising written out from the float64 table, masked_fill instead of a product
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
    a = schedule.alphas_cumprod.gather(0, t)[:, None, None]
    x_t = (torch.sqrt(a) * x0 + torch.sqrt(1 - a) * noise).to(x0.dtype)
    difference = model(x_t, t) - schedule.target(x0, noise, t)
    difference = torch.masked_fill(difference, ~mask.unsqueeze(2), 0.0)
    frames = mask.count_nonzero(dim=1)
    return difference.square().flatten(1).sum(1) / (frames * x0.shape[2])
