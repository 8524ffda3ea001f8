# wrong: adds the first noise in every repetition
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    x_prev = step(x_t)
    if (t_prev < 0).all():
        return x_prev
    for _ in range(len(noise)):
        x_prev = step(alpha.sqrt() * x_prev + (1 - alpha).sqrt() * noise[0])
    return x_prev
