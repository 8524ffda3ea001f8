# wrong: the roots are missing: ᾱ x_known + (1 − ᾱ) noise
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    noised = schedule.alpha_bar(t) * x_known + (1 - schedule.alpha_bar(t)) * noise
    return torch.where(known, noised, x)
