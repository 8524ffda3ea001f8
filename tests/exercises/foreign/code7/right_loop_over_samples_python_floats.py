# right: A loop over the samples with Python floats for the coefficients
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    rows = []
    for i in range(len(x_t)):
        at = float(schedule.alphas_cumprod[t[i]])
        ap = float(schedule.alphas_cumprod[t_prev[i]]) if t_prev[i] >= 0 else 1.0
        alpha, beta = at / ap, 1 - at / ap
        row = ap**0.5 * beta / (1 - at) * x0[i] + alpha**0.5 * (1 - ap) / (1 - at) * x_t[i]
        rows.append(row + (beta * (1 - ap) / (1 - at)) ** 0.5 * noise[i])
    return torch.stack(rows)
