# right: samples the withheld captions by bernoulli and t from uniform numbers; the average by lerp
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(network, schedule, x0, mask, text, condition_dropout):
    t = (torch.rand(len(x0), device=x0.device) * schedule.T).long()
    withheld = torch.bernoulli(torch.full((len(x0),), float(condition_dropout), device=x0.device)).bool()

    def model(x, steps):
        return network(x, steps, text, mask, withheld)

    return ddpm_loss(model, schedule, x0, t, torch.randn(x0.shape, device=x0.device), mask).mean()


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average, weight, decay):
    return torch.lerp(weight, average, decay)
