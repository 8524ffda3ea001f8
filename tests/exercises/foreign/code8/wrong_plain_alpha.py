# wrong: the paper's alpha is taken as 1 - beta of the single step
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
    a = 1 - schedule.betas[t].float()[:, None, None]
    a_prev = torch.where(t_prev < 0, 1, 1 - schedule.betas[t_prev]).float()[:, None, None]
    sigma = eta * ((1 - a_prev) / (1 - a)).sqrt() * (1 - a / a_prev).clamp(min=0).sqrt()
    direction = (1 - a_prev - sigma**2).clamp(min=0).sqrt() * eps
    return a_prev.sqrt() * x0 + direction + sigma * noise
