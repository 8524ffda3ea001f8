# wrong: writes the midpoint method: the velocity half way is used for the whole step
from collections.abc import Callable

import torch
from torch import Tensor

import labkit


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    dt = (t_next - t)[:, None, None]
    if (t_next == 0).all():
        return x_t + dt * velocity(x_t, t)
    half = x_t + dt / 2 * velocity(x_t, t)
    return x_t + dt * velocity(half, (t + t_next) / 2)


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return x_t + (t_next - t)[:, None, None] * velocity(x_t, t)
