# right: writes the step as DDIM's with eta = 1
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    x0, eps = schedule.split(prediction, x_t, t)
    a_t, a_p = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    s2 = (1 - a_p) / (1 - a_t) * (1 - a_t / a_p)
    return a_p.sqrt() * x0 + (1 - a_p - s2).clamp(min=0).sqrt() * eps - s2.sqrt() * noise
