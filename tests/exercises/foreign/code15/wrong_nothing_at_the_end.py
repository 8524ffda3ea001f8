# wrong: after the last step x is returned without replacing
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    if (t < 0).all():  # finished
        return x
    noised = schedule.q_sample(x_known, t, noise)
    return torch.where(known, noised, x)
