# right: deterministic and random steps in two branches, maximum
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
    a, b = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    if eta == 0:
        return schedule.q_sample(x0, t_prev, eps)
    s = (1 - b) / (1 - a) * (1 - a / b)
    s = eta * s.sqrt()
    left = torch.maximum(1 - b - s * s, torch.zeros_like(b))
    return sum([b.sqrt() * x0, left.sqrt() * eps, s * noise])
