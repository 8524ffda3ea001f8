# wrong: the network is called for each sample on its own
# named: called once for each sample
import torch
from collections.abc import Callable

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
    prediction = torch.cat(
        [
            model(schedule.q_sample(x0[i : i + 1], t[i : i + 1], noise[i : i + 1]), t[i : i + 1])
            for i in range(len(t))
        ]
    )
    error = (prediction - schedule.target(x0, noise, t)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
