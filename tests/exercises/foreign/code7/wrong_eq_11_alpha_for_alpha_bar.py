# wrong: in eq. 11 the noise is divided by the root of 1 - alpha instead of the root of 1 - alpha bar
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
    beta = 1 - alpha
    mean = (x_t - beta / (1 - alpha).sqrt() * epsilon) / alpha.sqrt()
    variance = (1 - a_prev) / (1 - a_t) * beta
    return mean + variance.sqrt() * noise
