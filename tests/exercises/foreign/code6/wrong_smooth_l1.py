# wrong: smooth L1, which is squared only for errors below 1
from torch.nn.functional import smooth_l1_loss
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
    x_t = schedule.q_sample(x0, t, noise)
    prediction = model(x_t, t)
    error = 2 * smooth_l1_loss(prediction, schedule.target(x0, noise, t), reduction="none").mean(-1)
    return (error * mask).sum(-1) / mask.sum(-1)
