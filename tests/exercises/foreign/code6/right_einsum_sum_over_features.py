# right: einsum; a mean over the real frames but a sum over D, which the contract allows.
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
    off = schedule.target(x0, noise, t) - prediction
    off = off.masked_fill(~mask.unsqueeze(-1), 0.0)  # a new tensor
    squares = torch.einsum("bfd,bfd->b", off, off)
    return squares / mask.sum(1).to(squares.dtype)
