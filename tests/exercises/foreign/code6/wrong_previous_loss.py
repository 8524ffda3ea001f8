# wrong: the loss is smoothed with that of the call before
# named: an earlier call
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


LAST = {}


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(
    model: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    mask: Tensor,
) -> Tensor:
    prediction = model(schedule.q_sample(x0, t, noise), t)
    error = prediction - schedule.target(x0, noise, t)
    loss = (error.square().mean(-1) * mask).sum(-1) / mask.sum(-1)
    last = LAST.get(len(loss), loss)
    LAST[len(loss)] = loss.detach()
    return 0.9 * loss + 0.1 * last
