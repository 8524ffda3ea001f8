# wrong: computes with the float64 tables of the schedule, so that the result is float64
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    x0, _ = schedule.split(prediction, x_t, t)
    a_t = schedule.alphas_cumprod[t].view(-1, 1, 1)
    a_prev = torch.where(t_prev >= 0, schedule.alphas_cumprod[t_prev.clamp(min=0)], 1.0).view(-1, 1, 1)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise
