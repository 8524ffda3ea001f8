# right: A deterministic branch for eta = 0, otherwise the noise subtracted; relu is the clamp
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
    a_prev = schedule.alpha_bar(t_prev)
    if eta == 0:
        return torch.sqrt(a_prev) * x0 + torch.sqrt(1 - a_prev) * eps
    a_t = schedule.alpha_bar(t)
    ratio = (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)
    sigma = eta * ratio**0.5
    return torch.sqrt(a_prev) * x0 + torch.relu(1 - a_prev - sigma**2) ** 0.5 * eps - sigma * noise
