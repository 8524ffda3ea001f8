# wrong: alphas_cumprod is indexed by t_prev, and -1 is the last entry
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(
    schedule: Schedule,
    prediction: Tensor,
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
    eta: float = 0.0,
) -> Tensor:
    x0, eps = schedule.split(prediction, x_t, t)
    table = schedule.alphas_cumprod.float()
    a, a_prev = table[t].reshape(-1, 1, 1), table[t_prev].reshape(-1, 1, 1)
    sigma = eta * ((1 - a_prev) / (1 - a)).sqrt() * (1 - a / a_prev).clamp(min=0).sqrt()
    direction = (1 - a_prev - sigma**2).clamp(min=0).sqrt() * eps
    return a_prev.sqrt() * x0 + direction + sigma * noise
