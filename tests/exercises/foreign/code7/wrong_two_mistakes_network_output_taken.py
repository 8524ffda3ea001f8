# wrong: two mistakes: the network's output is taken for x0 whatever the prediction type, and the noise is
# multiplied by the variance
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * prediction + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    return mean + beta * (1 - a_prev) / (1 - a_t) * noise
