# wrong: log cosh in the place of the square
# named: square of its error
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
    prediction = model(schedule.q_sample(x0, t, noise), t)
    error = prediction - schedule.target(x0, noise, t)
    return ((torch.nn.functional.softplus(2 * error) - error - 0.6931).mean(-1) * mask).sum(-1) / mask.sum(-1)
