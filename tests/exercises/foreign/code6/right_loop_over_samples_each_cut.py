# right: A loop over samples, each cut to its real frames, mse_loss of these
from collections.abc import Callable

import torch
from torch import Tensor

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
    x_t = schedule.q_sample(x0, t, noise)
    prediction = model(x_t, t)
    target = schedule.target(x0, noise, t)
    losses = []
    for p, y, m in zip(prediction, target, mask):
        losses.append(torch.nn.functional.mse_loss(p[m], y[m]))
    return torch.stack(losses)
