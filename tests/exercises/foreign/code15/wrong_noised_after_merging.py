# wrong: merged first, then everything is noised, the unknown part once more
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    merged = torch.where(known, x_known, x)
    return schedule.q_sample(merged, t, noise)
