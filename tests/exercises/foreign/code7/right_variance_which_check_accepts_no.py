# right: β as the variance, which the check accepts, with no noise where t_prev is −1; the noise subtracted
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    a_t = schedule.alpha_bar(t)
    a_prev = schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    mean = (a_prev.sqrt() * (1 - alpha) * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    deviation = torch.where(t_prev[:, None, None] < 0, torch.zeros_like(alpha), (1 - alpha).sqrt())
    return mean - deviation * noise
