# right: the mean at t_prev plus a gain times what x_t differs from its own mean
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0 = schedule.split(prediction, x_t, t)[0]
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    root = (a_t / a_prev).sqrt()
    gain = root * (1 - a_prev) / (1 - a_t)
    surprise = x_t - a_t.sqrt() * x0
    deviation = ((1 - a_t / a_prev) * gain / root).sqrt()
    return a_prev.sqrt() * x0 + gain * surprise - deviation * noise
