# wrong: the squared error of the differences between frames is added, as in MDM's geometric losses
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
    prediction = model(schedule.q_sample(x0, t, noise), t)
    difference = prediction - schedule.target(x0, noise, t)
    loss = (difference.square().mean(-1) * mask).sum(-1) / mask.sum(-1)
    both = mask[:, 1:] & mask[:, :-1]
    change = (difference[:, 1:] - difference[:, :-1]).square().mean(-1)
    return loss + (change * both).sum(-1) / both.sum(-1).clamp(min=1)
