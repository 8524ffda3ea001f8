# right: samples drop, noise, t in another order; divides the sum by B; average plus a step
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(network, schedule, x0, mask, text, condition_dropout):
    B, F, D = x0.shape
    drop = torch.rand((B,), device=x0.device).lt(condition_dropout)
    noise = torch.empty_like(x0).normal_()
    t = torch.randint(low=0, high=schedule.T, size=[B], device=x0.device, dtype=torch.int64)
    losses = ddpm_loss(lambda a, b: network(a, b, text, mask, drop), schedule, x0, t, noise, mask)
    return losses.sum() / B


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average, weight, decay):
    return average + (1 - decay) * (weight - average)
