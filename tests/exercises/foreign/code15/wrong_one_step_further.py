# wrong: the known part is noised to t - 1, as the paper's equation prints it, though t is the step of x already
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    return torch.where(known, schedule.q_sample(x_known, t - 1, noise), x)
