# right: subtracts the noise, and uses relu as the clamp
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
    clean, e = schedule.split(prediction, x_t, t)
    alpha, alpha_prev = (schedule.alpha_bar(k) for k in (t, t_prev))
    variance = eta**2 * (1 - alpha_prev) / (1 - alpha) * (1 - alpha / alpha_prev)
    pointing = torch.relu(1 - alpha_prev - variance).sqrt() * e
    return torch.addcmul(pointing, alpha_prev.sqrt(), clean) - variance.sqrt() * noise
