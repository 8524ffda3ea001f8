# right: the mean in the noise form of eq. 11, in float64, and beta as the variance (section 3.2).
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    a, a_prev = (schedule.alpha_bar(s).to(torch.float64) for s in (t, t_prev))
    alpha = a / a_prev
    beta = 1 - alpha
    x = x_t.to(torch.float64)
    estimate = (x - a.sqrt() * x0) / (1 - a).sqrt()  # of the noise in x_t
    mean = (x - beta * estimate / (1 - a).sqrt()) / alpha.sqrt()
    last = (t_prev == -1).view(-1, 1, 1)
    deviation = torch.where(last, torch.zeros_like(beta), beta.sqrt())
    return (mean + deviation * noise).float()
