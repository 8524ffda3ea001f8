# wrong: the known part is not noised where t is 0 (it is taken for the last step)
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    noised = schedule.q_sample(x_known, torch.where(t == 0, -1, t), noise)
    return torch.where(known, noised, x)
