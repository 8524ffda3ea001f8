# right: torch.distributions-like draws, an object in the place of the closure, lerp
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@dataclass
class Conditioned:
    """A network with everything but x_t and t filled in."""

    network: Callable[..., Tensor]
    rest: tuple

    def __call__(self, x_t: Tensor, t: Tensor) -> Tensor:
        return self.network(x_t, t, *self.rest)


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(
    network: Callable[..., Tensor],
    schedule: Schedule,
    x0: Tensor,
    mask: Tensor,
    text: TextFeatures,
    condition_dropout: float,
) -> Tensor:
    B, device = x0.shape[0], x0.device
    every_step = torch.ones(schedule.T, device=device)
    t = torch.multinomial(every_step, B, replacement=True)  # (B,) int64
    noise = torch.empty(x0.shape, dtype=x0.dtype, device=device).normal_()
    withheld = torch.bernoulli(torch.full((B,), float(condition_dropout), device=device)).bool()
    model = Conditioned(network, (text, mask, withheld))
    return torch.mean(ddpm_loss(model, schedule, x0, t, noise, mask))


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return torch.lerp(weight, average, decay)
