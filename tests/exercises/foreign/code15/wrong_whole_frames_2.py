# wrong: whole frames are replaced where any feature is known: unknown features of these frames are
# overwritten
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    frames = known.any(dim=-1, keepdim=True)
    return torch.where(frames, schedule.q_sample(x_known, t, noise), x)
