# wrong: the Huber loss
# named: smooth L1
from collections.abc import Callable

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
    error = functional.smooth_l1_loss(prediction, schedule.target(x0, noise, t), reduction="none")
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
