# wrong: does not use eta: no noise at any eta
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
    x0, eps = schedule.split(prediction, x_t, t)
    a_prev = schedule.alpha_bar(t_prev)
    return a_prev.sqrt() * x0 + (1 - a_prev).sqrt() * eps
