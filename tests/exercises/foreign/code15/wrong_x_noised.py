# wrong: the sampler's own state is noised at the known places: q_sample(x, …) instead of x_known
# named: noise x_known
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    noised = schedule.q_sample(x, t, noise)
    return torch.where(known, noised, x)
