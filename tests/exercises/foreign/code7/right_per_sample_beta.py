# right: each sample is computed by itself with Python numbers as coefficients, and the variance is beta (sec. 3.2), with none at t_prev = -1.
import math

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    clean, _ = schedule.split(prediction, x_t, t)
    nows, thens = (schedule.alpha_bar(step).flatten().tolist() for step in (t, t_prev))
    rows = []
    for b, (now, then) in enumerate(zip(nows, thens)):
        alpha = now / then
        beta = max(1 - alpha, 0.0)
        of_clean = math.sqrt(then) * beta / (1 - now)
        of_noisy = math.sqrt(alpha) * (1 - then) / (1 - now)
        row = of_clean * clean[b] + of_noisy * x_t[b]
        if int(t_prev[b]) >= 0:
            row = row + math.sqrt(beta) * noise[b]
        rows.append(row)
    return torch.stack(rows)
