# right: sample by sample with Python floats and math.sqrt; the last step as a case of its own.
import math

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


def one(a: float, a_prev: float, x0: Tensor, x: Tensor, z: Tensor) -> Tensor:
    beta = 1 - a / a_prev
    scale = 1 / (1 - a)
    mean = scale * math.sqrt(a_prev) * beta * x0 + scale * math.sqrt(a / a_prev) * (1 - a_prev) * x
    return mean + math.sqrt(scale * (1 - a_prev) * beta) * z


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    clean, _ = schedule.split(prediction, x_t, t)
    bars = schedule.alpha_bar(t).flatten().tolist()
    bars_prev = schedule.alpha_bar(t_prev).flatten().tolist()
    out = []
    for b, step in enumerate(t_prev.tolist()):
        if step < 0:
            out.append(clean[b])
        else:
            out.append(one(bars[b], bars_prev[b], clean[b], x_t[b], noise[b]))
    return torch.stack(out)
