# wrong: the loss is returned as a number without a gradient (detach)
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
    B = x0.shape[0]
    t = torch.randint(0, schedule.T, (B,), device=x0.device)
    noise = torch.randn_like(x0)
    drop = torch.rand(B, device=x0.device) < condition_dropout
    loss = ddpm_loss(lambda x_t, t: network(x_t, t, text, mask, drop), schedule, x0, t, noise, mask)
    return loss.detach().mean()


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return decay * average + (1 - decay) * weight
