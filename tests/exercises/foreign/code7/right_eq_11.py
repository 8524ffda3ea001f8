# right: eq. 11 with the noise of split, minus the noise
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    _, epsilon = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    mean = (x_t - (1 - alpha) / torch.sqrt(1 - a_t) * epsilon) / torch.sqrt(alpha)
    deviation = torch.sqrt((1 - a_prev) / (1 - a_t) * (1 - alpha))
    return mean - deviation * noise
