# right: order of sampling is another one (drop first), ≥ 1 − p; partial for the network; the average as a
# correction
from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import functools
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
    B = x0.size(0)
    kept = torch.rand(B, device=x0.device) < 1 - condition_dropout
    noise = torch.randn(x0.shape, dtype=x0.dtype, device=x0.device)
    t = (torch.rand(B, device=x0.device, dtype=torch.float64) * schedule.T).floor().long()
    conditioned = functools.partial(network, text=text, mask=mask, drop=~kept)
    losses = ddpm_loss(lambda x, s: network(x, s, text, mask, ~kept), schedule, x0, t, noise, mask)
    return losses.sum() / B


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return average + (weight - average) * (1 - decay)
