# wrong: replaces first and then noises everything
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    mixed = torch.where(known, x_known, x)
    return schedule.q_sample(mixed, t, noise)
