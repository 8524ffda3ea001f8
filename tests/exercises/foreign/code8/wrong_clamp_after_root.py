# wrong: clamps the root instead of what is under it, so nan stays
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
    x0, eps = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    sigma = eta * ((1 - a_prev) / (1 - a_t)).sqrt() * (1 - a_t / a_prev).sqrt()
    direction = (1 - a_prev - sigma**2).sqrt().clamp(min=0) * eps
    return a_prev.sqrt() * x0 + direction + sigma * noise
