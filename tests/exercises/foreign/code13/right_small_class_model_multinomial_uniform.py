# right: A small class as the model; multinomial for uniform steps; a generator seeded by nothing
from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


class Conditioned:
    def __init__(self, network, *condition):
        self.network, self.condition = network, condition

    def __call__(self, x_t, t):
        return self.network(x_t, t, *self.condition)


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(
    network: Callable[..., Tensor],
    schedule: Schedule,
    x0: Tensor,
    mask: Tensor,
    text: TextFeatures,
    condition_dropout: float,
) -> Tensor:
    weights = torch.ones(schedule.T, device=x0.device)
    t = torch.multinomial(weights, len(x0), replacement=True)
    drop = torch.rand(len(x0), device=x0.device).lt(condition_dropout)
    losses = ddpm_loss(Conditioned(network, text, mask, drop), schedule, x0, t, torch.randn_like(x0), mask)
    return losses.mean(dim=0)


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    new = average.clone()
    new *= decay
    new += (1 - decay) * weight
    return new
