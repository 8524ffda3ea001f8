# wrong: noises back with beta of the single step t
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    beta = schedule.betas[t].float().view(-1, 1, 1)
    x_prev = step(x_t)
    if (t_prev < 0).all():
        return x_prev
    for z in noise:
        x_t = (1 - beta).sqrt() * x_prev + beta.sqrt() * z
        x_prev = step(x_t)
    return x_prev
