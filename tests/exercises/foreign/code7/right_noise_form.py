# right: writes the mean with the estimate of the noise, as in algorithm 2
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    _, eps = schedule.split(prediction, x_t, t)
    now, then = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    a = now / then
    mu = (x_t - (1 - a) / (1 - now).sqrt() * eps) / a.sqrt()
    std = ((1 - then) / (1 - now) * (1 - a)).clamp(min=0).sqrt()
    return mu + std * noise
