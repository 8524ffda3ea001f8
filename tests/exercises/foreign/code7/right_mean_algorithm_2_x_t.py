# right: the mean as in algorithm 2, (x_t − β/√(1 − ᾱ_t) ε)/√α, in float64
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    eps = schedule.split(prediction.double(), x_t.double(), t)[1]
    a_t, a_prev = schedule.alpha_bar(t).double(), schedule.alpha_bar(t_prev).double()
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (x_t - beta / (1 - a_t).sqrt() * eps) / alpha.sqrt()
    variance = beta * (1 - a_prev) / (1 - a_t)
    return (mean + variance.sqrt() * noise).float()
