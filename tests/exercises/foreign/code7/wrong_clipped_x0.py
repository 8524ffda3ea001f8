# wrong: clips the estimate of x0 to [-1, 1], as image code does
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    x0, _ = schedule.split(prediction, x_t, t)
    x0 = x0.clamp(-1, 1)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise
