# right: the paper's formula with x0 written out, eq. 16 with one root
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
    _, eps = schedule.split(prediction, x_t, t)
    now = schedule.alpha_bar(t)
    then = schedule.alpha_bar(t_prev)
    predicted_x0 = (x_t - torch.sqrt(1 - now) * eps) / torch.sqrt(now)
    variance = eta**2 * (1 - then) / (1 - now) * (1 - now / then)
    rest = torch.relu(1 - then - variance)
    return torch.sqrt(then) * predicted_x0 + torch.sqrt(rest) * eps - torch.sqrt(variance) * noise
