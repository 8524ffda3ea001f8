# right: sample by sample with Python floats and the math module.
import math

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
    clean, estimate = schedule.split(prediction, x_t, t)
    now = schedule.alpha_bar(t).flatten().tolist()
    then = schedule.alpha_bar(t_prev).flatten().tolist()
    rows = []
    for b, (a, a_prev) in enumerate(zip(now, then)):
        variance = float(eta) ** 2 * (1 - a_prev) / (1 - a) * (1 - a / a_prev)
        rest = math.sqrt(max(0.0, 1 - a_prev - variance))
        rows.append(math.sqrt(a_prev) * clean[b] + rest * estimate[b] + math.sqrt(variance) * noise[b])
    return torch.stack(rows)
