# right: bernoulli for the withheld captions, normal_ on an empty tensor, lerp for the average
from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(
    network: Callable[..., Tensor],
    schedule: Schedule,
    x0: Tensor,
    mask: Tensor,
    text: TextFeatures,
    condition_dropout: float,
) -> Tensor:
    B = len(x0)
    steps = torch.empty(B, dtype=torch.int64, device=x0.device).random_(0, schedule.T)
    noise = torch.empty_like(x0).normal_()
    drop = torch.bernoulli(torch.full((B,), float(condition_dropout), device=x0.device)).bool()

    def model(x_t, t):
        return network(x_t, t, text, mask, drop)

    return torch.mean(ddpm_loss(model, schedule, x0, steps, noise, mask))


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return torch.lerp(weight, average, decay)
