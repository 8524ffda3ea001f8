# right: noising by hand with alpha_bar; masked_scatter, which returns a new tensor
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    a = schedule.alpha_bar(t)
    noised = torch.sqrt(a) * x_known + torch.sqrt(1 - a) * noise
    return x.masked_scatter(known, noised.masked_select(known))
