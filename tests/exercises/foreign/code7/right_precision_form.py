# right: combines prior and likelihood by their precisions, sample by sample, in float64
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    x0, _ = schedule.split(prediction, x_t, t)
    out = torch.empty_like(x_t)
    for i in range(len(x_t)):
        if t_prev[i] < 0:
            out[i] = x0[i]
            continue
        a_t, a_p = schedule.alphas_cumprod[t[i]], schedule.alphas_cumprod[t_prev[i]]
        a = a_t / a_p
        precision = a / (1 - a) + 1 / (1 - a_p)
        mean = (a.sqrt() / (1 - a) * x_t[i].double() + a_p.sqrt() / (1 - a_p) * x0[i].double()) / precision
        out[i] = (mean + noise[i].double() / precision.sqrt()).to(x_t.dtype)
    return out
