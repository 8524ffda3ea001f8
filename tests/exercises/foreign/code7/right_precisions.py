# right: product of two Gaussians by their precisions, log variance
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
    ratio = (a_t / a_prev).sqrt()
    prior = (1 - a_prev).clamp(min=1e-20)
    precision = 1 / prior + ratio**2 / (1 - ratio**2)
    mean = (a_prev.sqrt() * x0 / prior + ratio * x_t / (1 - ratio**2)) / precision
    return mean + (t_prev >= 0)[:, None, None] * torch.exp(-0.5 * precision.log()) * noise
