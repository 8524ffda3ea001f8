# wrong: takes beta of the single step t, not that of the whole stride
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    x0, _ = schedule.split(prediction, x_t, t)
    abar, abar_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    beta = schedule.betas[t].float().view(-1, 1, 1)
    alpha = 1 - beta
    mean = abar_prev.sqrt() * beta / (1 - abar) * x0 + alpha.sqrt() * (1 - abar_prev) / (1 - abar) * x_t
    var = (1 - abar_prev) / (1 - abar) * beta
    return mean + var.sqrt() * noise
