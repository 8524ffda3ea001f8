# right: a sum over features and a mean over frames, by einsum
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
    weights = mask.float() / mask.float().sum(1, keepdim=True)
    return torch.einsum("bfd,bfd,bf->b", difference, difference, weights)
