# wrong: ᾱ_prev is read as alphas_cumprod[t_prev], where −1 means the last element: at the last step it is
# nearly 0 instead of 1
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    a_t = schedule.alphas_cumprod[t].float().view(-1, 1, 1)
    a_prev = schedule.alphas_cumprod[t_prev].float().view(-1, 1, 1)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    variance = beta * (1 - a_prev) / (1 - a_t)
    return mean + variance.clamp(min=0).sqrt() * noise
