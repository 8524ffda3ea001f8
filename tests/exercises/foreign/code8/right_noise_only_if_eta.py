# right: has a separate branch for eta = 0
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
    x0, epsilon = schedule.split(prediction, x_t, t)
    a_prev = schedule.alpha_bar(t_prev)
    if eta == 0:
        return schedule.q_sample(x0, t_prev, epsilon)
    a_t = schedule.alpha_bar(t)
    sigma = eta * torch.sqrt((1 - a_prev) / (1 - a_t)) * torch.sqrt(1 - a_t / a_prev)
    under = torch.maximum(1 - a_prev - sigma.square(), torch.zeros_like(sigma))
    return torch.sqrt(a_prev) * x0 + torch.sqrt(under) * epsilon + sigma * noise
