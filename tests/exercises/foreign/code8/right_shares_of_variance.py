# right: a small class; the variance 1 − ᾱ_prev is divided into two shares, one fresh and one estimated.
from dataclasses import dataclass

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@dataclass
class Shares:
    """How the variance of x_{t_prev} is divided, each (B, 1, 1)."""

    total: Tensor
    fresh: Tensor  # 0 to 1, and more for an eta above 1

    @property
    def sigma(self) -> Tensor:
        return torch.sqrt(self.total * self.fresh)

    @property
    def direction(self) -> Tensor:
        return torch.sqrt(self.total * torch.relu(1 - self.fresh))


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(
    schedule: Schedule,
    prediction: Tensor,
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
    eta: float = 0.0,
) -> Tensor:
    a, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    fresh = eta**2 * (1 - a / a_prev) / (1 - a)
    shares = Shares(total=1 - a_prev, fresh=fresh)
    x0, estimate = schedule.split(prediction, x_t, t)
    return torch.sqrt(a_prev) * x0 + shares.direction * estimate + shares.sigma * noise
