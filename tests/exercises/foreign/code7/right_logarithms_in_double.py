# right: coefficients from logarithms in float64, back to float32 at the end
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    log_t, log_prev = (schedule.alpha_bar(step).double().log() for step in (t, t_prev))
    level_t, level_prev, beta = (-torch.expm1(value) for value in (log_t, log_prev, log_t - log_prev))
    of_x0 = (log_prev / 2).exp() * beta / level_t
    of_x_t = ((log_t - log_prev) / 2).exp() * level_prev / level_t
    deviation = (beta * level_prev / level_t).sqrt()
    terms = torch.stack([of_x0 * x0.double(), of_x_t * x_t.double(), deviation * noise.double()])
    return terms.sum(0).to(x_t.dtype)
