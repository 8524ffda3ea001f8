# wrong: recognises the last step by t = 0, not by t_prev = -1
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    x_prev = step(x_t)
    if (t == 0).all():
        return x_prev
    for z in noise:
        x_prev = step(alpha.sqrt() * x_prev + (1 - alpha).sqrt() * z)
    return x_prev
