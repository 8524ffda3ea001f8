# right: weights of the three terms as a matrix, einsum
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
    a, b = schedule.alpha_bar(t).flatten(), schedule.alpha_bar(t_prev).flatten()
    s = eta * torch.sqrt((1 - b) / (1 - a) * (1 - a / b))
    weights = torch.stack([b.sqrt(), torch.clamp(1 - b - s**2, 0).sqrt(), s])
    return torch.einsum("kb,kbfd->bfd", weights, torch.stack([x0, eps, noise]))
