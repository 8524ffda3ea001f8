# wrong: noises by hand with ᾱ and 1 − ᾱ, without their square roots.
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
    alpha_bar = schedule.alpha_bar(t)
    x_t = alpha_bar * x0 + (1 - alpha_bar) * noise
    prediction = model(x_t, t)
    error = ((prediction - schedule.target(x0, noise, t)) ** 2).mean(dim=-1)  # (B, F)
    return (error * mask).sum(dim=1) / mask.sum(dim=1)
