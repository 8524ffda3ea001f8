# right: computes x0 from x_t and the noise as in eq. 12, and accumulates in place on its own tensor
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
    eps = schedule.split(prediction, x_t, t)[1]
    predicted = schedule.split(prediction, x_t, t)[0]
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    sigma = eta * ((1 - a_prev) / (1 - a_t)).sqrt() * (1 - a_t / a_prev).sqrt()
    result = a_prev.sqrt() * predicted
    result += (1 - a_prev - sigma**2).clamp_min(0).sqrt() * eps
    result += sigma * noise
    return result
