# wrong: the features of withheld captions are set to zero, and the network is not told that they are withheld
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
    noise = torch.randn_like(x0)
    drop = torch.rand(B, device=x0.device) < condition_dropout
    keep = (~drop).float()
    text = TextFeatures(text.tokens * keep[:, None, None], text.mask, text.pooled * keep[:, None])
    drop = torch.zeros_like(drop)
    losses = ddpm_loss(lambda x_t, t: network(x_t, t, text, mask, drop), schedule, x0, t, noise, mask)
    return losses.mean()


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return decay * average + (1 - decay) * weight
