# wrong: the noise is multiplied by the variance 1 - alpha bar instead of its root
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    a = schedule.alpha_bar(t)
    noised = a.sqrt() * x_known + (1 - a) * noise
    return torch.where(known, noised, x)
