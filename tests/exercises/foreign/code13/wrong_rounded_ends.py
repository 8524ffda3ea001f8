# wrong: the rounded steps 0 and T - 1 come half as often as the others
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
    t = (torch.rand(B, device=x0.device) * (schedule.T - 1)).round().long()
    noise = torch.randn_like(x0)
    drop = torch.rand(B, device=x0.device) < condition_dropout

    def model(x_t, t):
        return network(x_t, t, text, mask, drop)

    losses = ddpm_loss(model, schedule, x0, t, noise, mask)  # (B,)
    return losses.mean()


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return decay * average + (1 - decay) * weight
