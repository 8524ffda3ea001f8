# wrong: song's α is taken for Ho's α_t = 1 − β_t: the products ᾱ are not used
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(
    schedule: Schedule,
    prediction: Tensor,
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
    eta: float = 0.0,
) -> Tensor:
    x0, eps = schedule.split(prediction, x_t, t)
    alphas = (1 - schedule.betas).float()
    a_t = alphas[t].view(-1, 1, 1)
    a_prev = torch.where(t_prev < 0, torch.ones_like(alphas[t]), alphas[t_prev]).view(-1, 1, 1)
    sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).clamp(min=0).sqrt()
    return a_prev.sqrt() * x0 + (1 - a_prev - sigma**2).clamp(min=0).sqrt() * eps + sigma * noise
