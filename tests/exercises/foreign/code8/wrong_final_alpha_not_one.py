# wrong: after the last step alpha bar is that of step 0 instead of 1, the default of another library
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
    x0, epsilon = schedule.split(prediction, x_t, t)
    a_t = schedule.alpha_bar(t)
    final = schedule.alphas_cumprod[0]
    a_prev = torch.where(t_prev >= 0, schedule.alphas_cumprod[t_prev.clamp(min=0)], final).float()[
        :, None, None
    ]
    sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
    direction = (1 - a_prev - sigma**2).clamp(min=0).sqrt() * epsilon
    return a_prev.sqrt() * x0 + direction + sigma * noise
