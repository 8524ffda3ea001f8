# right: loops over the samples, in float64 with math
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


import math


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(schedule, prediction, x_t, t, t_prev, noise, eta=0.0):
    x0, eps = schedule.split(prediction, x_t, t)
    result = []
    for i, (now, then) in enumerate(zip(t.tolist(), t_prev.tolist())):
        a = float(schedule.alphas_cumprod[now])
        b = 1.0 if then < 0 else float(schedule.alphas_cumprod[then])
        s = eta * math.sqrt((1 - b) / (1 - a)) * math.sqrt(1 - a / b)
        k = math.sqrt(max(1 - b - s * s, 0.0))
        result.append(math.sqrt(b) * x0[i] + k * eps[i] + s * noise[i])
    return torch.stack(result)
