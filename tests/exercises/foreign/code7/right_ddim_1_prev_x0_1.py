# right: as DDIM with η = 1: √ᾱ_prev x0 + √(1 − ᾱ_prev − σ²) ε + σ z, which is the same Gaussian
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, eps = schedule.split(prediction, x_t, t)
    a, b = schedule.alpha_bar(t).double(), schedule.alpha_bar(t_prev).double()
    variance = (1 - b) / (1 - a) * (1 - a / b)
    along = (1 - b - variance).clamp_min(0).sqrt()
    return (b.sqrt() * x0 + along * eps + variance.sqrt() * noise).to(x_t.dtype)
