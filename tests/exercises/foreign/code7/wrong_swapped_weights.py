# wrong: the two coefficients of the mean are exchanged: that of x0 multiplies x_t
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, eps = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    first = a_prev.sqrt() * beta / (1 - a_t)
    second = alpha.sqrt() * (1 - a_prev) / (1 - a_t)
    mean = first * x_t + second * x0
    return mean + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise
