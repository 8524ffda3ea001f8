# right: bernoulli for drop, floor of a uniform number for t, lerp for the average
from functools import partial

import torch

from labkit.diffusion import ddpm_loss
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(network, schedule, x0, mask, text, condition_dropout):
    per_motion = dict(size=(x0.shape[0],), device=x0.device)
    withheld = torch.bernoulli(torch.full(fill_value=float(condition_dropout), **per_motion)).to(torch.bool)
    u = torch.rand(**per_motion, dtype=torch.float64)
    t = torch.floor(u * schedule.T).to(torch.int64).clamp(0, schedule.T - 1)
    noise = torch.empty_like(x0, requires_grad=False).normal_()
    losses = ddpm_loss(
        lambda x_t, step: network(x_t, step, text, mask, withheld), schedule, x0, t, noise, mask
    )
    return torch.mean(losses, dim=0)


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average, weight, decay):
    return torch.lerp(average, weight.to(average.dtype), 1 - decay)
