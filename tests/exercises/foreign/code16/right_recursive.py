# right: recursive, the step called in one place
from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(
    schedule: Schedule,
    step: Callable[[Tensor], Tensor],
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
) -> Tensor:
    U = 1 if t_prev.max().item() < 0 else 1 + noise.shape[0]

    def back(x_prev: Tensor, n: Tensor) -> Tensor:
        alpha = torch.div(schedule.alpha_bar(t), schedule.alpha_bar(t_prev))
        coefficients = torch.stack([alpha, 1 - alpha]).sqrt()  # (2, B, 1, 1)
        return (coefficients * torch.stack([x_prev, n])).sum(dim=0)

    def done(times: int) -> Tensor:
        return step(x_t if times == 1 else back(done(times - 1), noise[times - 2]))

    return done(U)
