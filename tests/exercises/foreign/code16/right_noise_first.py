# right: a helper that noises back, and a fold over the noises
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


from functools import reduce


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)

    def back(x, z):
        return alpha**0.5 * x + (1 - alpha) ** 0.5 * z

    once = step(x_t)
    if torch.all(t_prev < 0):
        return once
    return reduce(lambda x, z: step(back(x, z)), noise.unbind(0), once)
