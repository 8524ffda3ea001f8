from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures


def training_loss(
    network: Callable[..., Tensor],
    schedule: Schedule,
    x0: Tensor,
    mask: Tensor,
    text: TextFeatures,
    condition_dropout: float,
) -> Tensor:
    """The loss of one training step: Ho et al. 2020, alg. 1, lines 2 to 5 → a scalar tensor, with a gradient.

    Sample for each of the B motions a step t, uniform on 0 … T − 1, standard normal noise of x0's shape, and
    whether its caption is withheld, with probability `condition_dropout` (Ho & Salimans 2021, alg. 1). Then
    return the mean of the B losses that `ddpm_loss` gives. Sample on the device of x0, where all tensors are,
    and the noise in its dtype.
    network: called once, as network(x_t, t, text, mask, drop) → prediction (B, F, D).
    drop: (B,) bool, True where the caption is withheld.
    x0: (B, F, D), z-scored. mask: (B, F) bool, True at real frames. text: features of the B captions.
    Leave the arguments as they are.
    """
    B = len(x0)
    t = torch.randint(schedule.T, (B,), device=x0.device)
    noise = torch.randn_like(x0)
    drop = torch.rand(B, device=x0.device) < condition_dropout
    losses = ddpm_loss(lambda x_t, t: network(x_t, t, text, mask, drop), schedule, x0, t, noise, mask)
    return losses.mean()


def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    """One update of an exponential moving average of a weight, both of any one shape → the new average.

    average ← decay · average + (1 − decay) · weight, on their device, in their dtype. Both stay as they are.
    """
    return decay * average + (1 - decay) * weight
