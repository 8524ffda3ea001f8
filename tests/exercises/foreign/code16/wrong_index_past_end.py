# wrong: loops U times and takes noise[u] after the last step too: index out of range
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    U = 1 if (t_prev < 0).all() else len(noise) + 1
    for u in range(U):
        x_prev = step(x_t)
        x_t = alpha.sqrt() * x_prev + (1 - alpha).sqrt() * noise[u]
    return x_prev
