# wrong: steps U - 1 times: the result is the step before the last noise
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    if (t_prev < 0).all() or len(noise) == 0:
        return step(x_t)
    for z in noise:
        x_prev = step(x_t)
        x_t = alpha.sqrt() * x_prev + (1 - alpha).sqrt() * z
    return x_prev
