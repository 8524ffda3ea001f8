# wrong: x_t has a cube root of alpha as a factor
# named: x_t has the weight √α · (1 − ᾱ_prev) / (1 − ᾱ_t)
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha ** (1 / 3) * (1 - a_prev) * x_t) / (1 - a_t)
    variance = beta * (1 - a_prev) / (1 - a_t)
    return mean + variance.sqrt() * noise
