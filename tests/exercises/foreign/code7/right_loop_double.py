# right: one sample after the other in Python floats
import math

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    out = []
    for i, (now, then) in enumerate(zip(t.tolist(), t_prev.tolist())):
        a_t = float(schedule.alphas_cumprod[now])
        a_prev = float(schedule.alphas_cumprod[then]) if then >= 0 else 1.0
        beta = 1 - a_t / a_prev
        mean = math.sqrt(a_prev) * beta * x0[i] + math.sqrt(a_t / a_prev) * (1 - a_prev) * x_t[i]
        deviation = math.sqrt(beta * (1 - a_prev) / (1 - a_t))
        out.append(mean / (1 - a_t) + deviation * noise[i])
    return torch.stack(out)
