# wrong: alphas_cumprod is indexed by t_prev, and -1 is the last entry
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    a_t = schedule.alphas_cumprod[t].float().view(-1, 1, 1)
    a_prev = schedule.alphas_cumprod[t_prev].float().view(-1, 1, 1)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = a_prev.sqrt() * beta / (1 - a_t) * x0 + alpha.sqrt() * (1 - a_prev) / (1 - a_t) * x_t
    variance = (1 - a_prev) / (1 - a_t) * beta
    return mean + variance.clamp(min=0).sqrt() * noise
