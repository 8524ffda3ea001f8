# wrong: returns x0 for the whole batch where the first sample is at its last step
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    x0, _ = schedule.split(prediction, x_t, t)
    if t_prev[0] < 0:
        return x0
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise
