# right: for each sample the real rows are selected, and torch's own mse_loss averages over them.
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
    target = schedule.target(x0, noise, t)
    return torch.stack(
        [
            functional.mse_loss(estimate[real], wanted[real])
            for estimate, wanted, real in zip(prediction, target, mask)
        ]
    )
