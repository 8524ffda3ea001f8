# wrong: adds the mean velocity to Euler's point instead of to x_t
from collections.abc import Callable

import torch
from torch import Tensor

import labkit


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    dt = (t_next - t)[:, None, None]
    v1 = velocity(x_t, t)
    x_next = x_t + dt * v1
    if (t_next == 0).all():
        return x_next
    return x_next + dt * (v1 + velocity(x_next, t_next)) / 2


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return x_t + (t_next - t)[:, None, None] * velocity(x_t, t)
