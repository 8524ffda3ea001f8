# right: a while loop on an own copy of the state, with loops over the samples
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    a, b = schedule.alpha_bar(t).flatten().tolist(), schedule.alpha_bar(t_prev).flatten().tolist()
    last = int(t_prev.max()) < 0
    x, i = step(x_t.clone()), 0
    while i < len(noise) and not last:
        y = x.clone()
        for n in range(len(y)):
            r = a[n] / b[n]
            y[n] = r**0.5 * x[n] + (1 - r) ** 0.5 * noise[i, n]
        x = step(y)
        i += 1
    return x
