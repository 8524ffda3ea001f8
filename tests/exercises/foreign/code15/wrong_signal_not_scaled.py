# wrong: only the noise is added, x_known is not scaled by √ᾱ
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    noised = x_known + (1 - schedule.alpha_bar(t)).sqrt() * noise
    return torch.where(known, noised, x)
