# right: sigma from DDPM's posterior variance in a helper, terms added one after another
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
    def posterior_variance(a_t, a_prev):
        beta = 1 - a_t / a_prev
        return beta * (1 - a_prev) / (1 - a_t)

    x0, epsilon = schedule.split(prediction, x_t, t)
    a_prev = schedule.alpha_bar(t_prev)
    variance = eta * eta * posterior_variance(schedule.alpha_bar(t), a_prev)
    step = torch.zeros_like(x_t)
    for square, direction in ((a_prev, x0), (variance, noise), (1 - a_prev - variance, epsilon)):
        step = step + torch.clamp(square, min=0).sqrt() * direction
    return step
