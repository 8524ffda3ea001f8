# right: fills unknown values with zero first and adds both parts
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(schedule, x, x_known, known, t, noise):
    part = schedule.q_sample(x_known, t, noise).masked_fill(~known, 0)
    rest = x.masked_fill(known, 0)
    return part + rest
