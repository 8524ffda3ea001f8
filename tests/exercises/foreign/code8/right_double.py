# right: in float64 inside, float32 outside
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
    x0, eps = (part.double() for part in schedule.split(prediction, x_t, t))
    table = torch.cat([schedule.alphas_cumprod, schedule.alphas_cumprod.new_ones(1)])
    a, b = table[t][:, None, None], table[t_prev][:, None, None]
    s2 = eta * eta * (1 - b) / (1 - a) * (b - a) / b
    out = b.sqrt() * x0 + (1 - b - s2).clamp_min(0).sqrt() * eps + s2.sqrt() * noise
    return out.to(x_t.dtype)
