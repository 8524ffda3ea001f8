# right: computed in float64 and cast back; the same equation
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
    a, b = (schedule.alpha_bar(s).double() for s in (t, t_prev))
    variance = eta * eta * (1 - b) / (1 - a) * (1 - a / b)
    direction = torch.sqrt(torch.clamp(1 - b - variance, min=0.0))
    out = b.sqrt() * x0.double() + direction * eps.double() + variance.sqrt() * noise.double()
    return out.to(x_t.dtype)
