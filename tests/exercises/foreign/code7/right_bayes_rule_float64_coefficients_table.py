# right: bayes' rule with float64 coefficients from the table, −1 handled by where, cast back to x_t's dtype
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0 = schedule.split(prediction, x_t, t)[0]
    table = schedule.alphas_cumprod
    bar_t = table[t]
    bar_s = torch.where(t_prev >= 0, table[t_prev.clamp(min=0)], torch.ones_like(bar_t))
    step = bar_t / bar_s
    w0 = bar_s.sqrt() * (1 - step) / (1 - bar_t)
    wt = step.sqrt() * (1 - bar_s) / (1 - bar_t)
    std = ((1 - bar_s) / (1 - bar_t) * (1 - step)).sqrt()
    w0, wt, std = (w.to(x_t.dtype).reshape(-1, 1, 1) for w in (w0, wt, std))
    return w0 * x0 + wt * x_t + std * noise
