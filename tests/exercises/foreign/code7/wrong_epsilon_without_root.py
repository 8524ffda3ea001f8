# wrong: with ε: β/(1 − ᾱ_t) lacks the root of the denominator
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    _, eps = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (x_t - beta / (1 - a_t) * eps) / alpha.sqrt()
    variance = beta * (1 - a_prev) / (1 - a_t)
    return mean + variance.sqrt() * noise
