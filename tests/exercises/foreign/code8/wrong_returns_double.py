# wrong: alpha_bar is read from the float64 table schedule.alphas_cumprod without a conversion, so the result is float64 instead of float32 like x_t.
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
    a_t = schedule.alphas_cumprod[t][:, None, None]
    a_prev = torch.where(t_prev < 0, 1.0, schedule.alphas_cumprod[t_prev.clamp(min=0)])[:, None, None]
    sigma = eta * ((1 - a_prev) / (1 - a_t)).sqrt() * (1 - a_t / a_prev).sqrt()
    direction = (1 - a_prev - sigma**2).clamp(min=0).sqrt()
    return a_prev.sqrt() * x0 + direction * eps + sigma * noise
