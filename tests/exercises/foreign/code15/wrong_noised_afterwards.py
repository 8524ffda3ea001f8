# wrong: the result is noised as a whole, including the sampler's own part, which has its noise already
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    return schedule.q_sample(torch.where(known, x_known, x), t, noise)
