# wrong: ᾱ is read as alphas_cumprod[t]: for t = −1 that is the last element, so that noise is put into the
# clean motion
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    a = schedule.alphas_cumprod[t].float()[:, None, None]
    noised = a.sqrt() * x_known + (1 - a).sqrt() * noise
    return torch.where(known, noised, x)
