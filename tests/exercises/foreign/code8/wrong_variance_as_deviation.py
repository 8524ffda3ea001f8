# wrong: the noise is multiplied by the variance σ² instead of σ
import torch
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
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    variance = eta**2 * (1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)
    return a_prev.sqrt() * x0 + (1 - a_prev - variance).clamp(min=0).sqrt() * eps + variance * noise
