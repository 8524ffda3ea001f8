# wrong: reads Song's α as Ho's α = 1 − β of the single step, not as the cumulative ᾱ.
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
    alphas = 1 - schedule.betas
    a_t = alphas[t].float()[:, None, None]
    a_prev = torch.where(t_prev < 0, 1.0, alphas[t_prev.clamp(min=0)]).float()[:, None, None]
    sigma = eta * ((1 - a_prev) / (1 - a_t)).sqrt() * (1 - a_t / a_prev).clamp(min=0).sqrt()
    direction = (1 - a_prev - sigma**2).clamp(min=0).sqrt() * eps
    return a_prev.sqrt() * x0 + direction + sigma * noise
