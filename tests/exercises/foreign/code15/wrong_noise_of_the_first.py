# wrong: the noise of sample 0 is used for all samples
# named: noise of the first
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    noised = schedule.q_sample(x_known, t, noise[:1])
    return torch.where(known, noised, x)
