# wrong: uses euler_step for the first half and then asks for the first velocity again: three calls
from collections.abc import Callable

import torch
from torch import Tensor

import labkit


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    x_next = euler_step(velocity, x_t, t, t_next)
    if (t_next == 0).all():
        return x_next
    mean = (velocity(x_t, t) + velocity(x_next, t_next)) / 2
    return x_t + (t_next - t)[:, None, None] * mean


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return x_t + (t_next - t)[:, None, None] * velocity(x_t, t)
