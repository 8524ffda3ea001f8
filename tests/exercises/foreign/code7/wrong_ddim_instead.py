# wrong: the step goes along the line through x0 and the estimated noise, which is DDIM's, and adds no noise
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, epsilon = schedule.split(prediction, x_t, t)
    a_prev = schedule.alpha_bar(t_prev)
    return a_prev.sqrt() * x0 + (1 - a_prev).sqrt() * epsilon
