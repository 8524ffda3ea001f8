# wrong: the noise is scaled by 1 - alpha_bar without the root
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    a = schedule.alpha_bar(t)  # (B, 1, 1)
    noised = a.sqrt() * x_known + (1 - a) * noise
    return torch.where(known, noised, x)
