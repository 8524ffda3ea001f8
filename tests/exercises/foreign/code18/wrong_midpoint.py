# wrong: the midpoint method in the place of Heun's
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    dt = (t_next - t)[:, None, None]  # (B, 1, 1)
    return x_t + dt * velocity(x_t, t)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    dt = (t_next - t)[:, None, None]  # (B, 1, 1)
    first = velocity(x_t, t)
    if (t_next == 0).all():  # the last step
        return x_t + dt * first
    middle = velocity(x_t + dt / 2 * first, (t + t_next) / 2)
    return torch.where((t_next == 0)[:, None, None], x_t + dt * first, x_t + dt * middle)
