# right: counts U and noises in all but the last repetition
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(schedule, step, x_t, t, t_prev, noise):
    ratio = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    keep, add = ratio.sqrt(), (1 - ratio).sqrt()
    U = noise.shape[0] + 1 if (t_prev >= 0).any() else 1
    state = x_t
    for u in range(U):
        result = step(state)
        if u < U - 1:
            state = torch.addcmul(keep * result, add, noise[u])
    return result
