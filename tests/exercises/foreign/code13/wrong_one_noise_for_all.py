# wrong: all motions of the batch get the same noise
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
    t = torch.randint(schedule.T, (B,), device=x0.device)
    noise = torch.randn_like(x0[0]).expand_as(x0)  # (F, D), for every motion
    drop = torch.rand(B, device=x0.device) < condition_dropout

    def model(x_t, t):
        return network(x_t, t, text, mask, drop)

    losses = ddpm_loss(model, schedule, x0, t, noise, mask)  # (B,)
    return losses.mean()


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return decay * average + (1 - decay) * weight
