# right: estimated and fresh noise are mixed to one noise of unit size first, in float64 and back
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
    x0, epsilon = (part.double() for part in schedule.split(prediction, x_t, t))
    level_t, level_prev = (1 - schedule.alpha_bar(step).double() for step in (t, t_prev))
    stride = 1 - (1 - level_t) / (1 - level_prev)
    fresh = eta * torch.sqrt(stride / level_t)  # sigma, divided by the root of the noise left at t_prev
    kept = torch.relu(1 - fresh.square()).sqrt()
    mixed = kept * epsilon - fresh * noise
    return ((1 - level_prev).sqrt() * x0 + level_prev.sqrt() * mixed).to(x_t.dtype)
