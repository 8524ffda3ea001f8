# wrong: returns x as it is after the last step
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(schedule, x, x_known, known, t, noise):
    if (t == -1).all():
        return x
    return torch.where(known, schedule.q_sample(x_known, t, noise), x)
