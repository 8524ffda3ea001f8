# wrong: the midpoint method instead of Heun's: the second velocity is at half the step, and alone
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return x_t + (t_next - t).view(-1, 1, 1) * velocity(x_t, t)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    dt = (t_next - t)[:, None, None]
    v1 = velocity(x_t, t)
    if (t_next == 0).all():
        return x_t + dt * v1
    middle = (t + t_next) / 2
    v2 = velocity(x_t + dt / 2 * v1, middle)
    return x_t + dt * v2
