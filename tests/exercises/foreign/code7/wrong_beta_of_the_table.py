# wrong: β and α are those of the single step t (schedule.betas), not of the whole stride
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    beta = schedule.betas[t].float()[:, None, None]
    alpha = 1 - beta
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    mean = a_prev.sqrt() * beta / (1 - a_t) * x0 + alpha.sqrt() * (1 - a_prev) / (1 - a_t) * x_t
    var = (1 - a_prev) / (1 - a_t) * beta
    return mean + var.sqrt() * noise
