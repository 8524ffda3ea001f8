# wrong: The mean is taken from eq. 11 with the network's output as the noise, whatever prediction_type is, so it is right for epsilon only.
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (x_t - beta / (1 - a_t).sqrt() * prediction) / alpha.sqrt()
    variance = (1 - a_prev) / (1 - a_t) * beta
    return mean + variance.sqrt() * noise
