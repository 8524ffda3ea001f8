# right: samples everything in loops of one sample
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(network, schedule, x0, mask, text, condition_dropout):
    t, noise, drop = [], [], []
    for x in x0:
        t.append(torch.randint(schedule.T, ()))
        noise.append(torch.randn_like(x))
        drop.append(torch.rand(()) < condition_dropout)
    t, noise, drop = torch.stack(t).to(x0.device), torch.stack(noise), torch.stack(drop).to(x0.device)
    losses = ddpm_loss(lambda x, k: network(x, k, text, mask, drop), schedule, x0, t, noise, mask)
    return torch.stack([one for one in losses]).mean()


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average, weight, decay):
    return weight - decay * (weight - average)
