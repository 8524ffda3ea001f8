# wrong: Known values are noised to step t − 1 instead of t, one step too little
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    return torch.where(known, schedule.q_sample(x_known, (t - 1).clamp(min=-1), noise), x)
