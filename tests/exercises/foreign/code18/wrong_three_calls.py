# wrong: Heun calls euler_step and then the velocity at x_t again
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
    x_next = euler_step(velocity, x_t, t, t_next)
    if (t_next == 0).all():  # the last step
        return x_next
    mean = (velocity(x_t, t) + velocity(x_next, t_next)) / 2
    return torch.where((t_next == 0)[:, None, None], x_next, x_t + dt * mean)
