# wrong: a feature that is known in one frame is replaced in all frames
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    columns = known.any(dim=1, keepdim=True)
    return torch.where(columns, schedule.q_sample(x_known, t, noise), x)
