# wrong: clears the unknown part of x_known in place
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    x_known[~known] = 0.0  # these values mean nothing
    noised = schedule.q_sample(x_known, t, noise)
    return torch.where(known, noised, x)
