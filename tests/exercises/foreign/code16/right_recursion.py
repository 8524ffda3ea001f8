# right: recursive
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    x_prev = step(x_t)
    if len(noise) == 0 or bool((t_prev == -1).all()):
        return x_prev
    a = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    again = a.sqrt() * x_prev + torch.sqrt(1 - a) * noise[0]
    return resampled_step(schedule, step, again, t, t_prev, noise[1:])
