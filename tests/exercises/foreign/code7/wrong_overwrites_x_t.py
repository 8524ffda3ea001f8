# wrong: the result is right, but x_t is multiplied in place: the caller's x_t is changed
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    out = x_t.mul_(alpha.sqrt() * (1 - a_prev) / (1 - a_t))
    out = out + a_prev.sqrt() * beta / (1 - a_t) * x0
    return out + (beta * (1 - a_prev) / (1 - a_t)).sqrt() * noise
