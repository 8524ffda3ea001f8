# wrong: The estimate of x0 is simply noised to t_prev, a sample of q(x_prev | x0), instead of the posterior: the term with x_t is missing.
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    return schedule.q_sample(x0, t_prev, noise)
