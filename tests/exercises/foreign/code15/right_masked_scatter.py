# right: the noised entries are collected and scattered into x
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    noised = schedule.q_sample(x_known, t, noise)
    return x.masked_scatter(known, noised.masked_select(known))
