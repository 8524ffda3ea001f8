# wrong: the noise is estimated from the sampler's state instead of the noise that is given
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    a = schedule.alpha_bar(t)
    estimate = (x - a.sqrt() * x_known) / (1 - a).sqrt().clamp(min=1e-8)
    return torch.where(known, schedule.q_sample(x_known, t, estimate), x)
