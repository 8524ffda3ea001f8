# right: a loop over samples, each restricted to its real frames; noised by hand.
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(
    model: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    mask: Tensor,
) -> Tensor:
    a = schedule.alpha_bar(t)
    prediction = model(torch.sqrt(a) * x0 + torch.sqrt(1 - a) * noise, t)
    target = schedule.target(x0, noise, t)
    losses = []
    for guess, truth, real in zip(prediction, target, mask):
        losses.append(functional.mse_loss(guess[real], truth[real]))
    return torch.stack(losses)
