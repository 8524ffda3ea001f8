# wrong: adds in place to x_t
from collections.abc import Callable

import torch
from torch import Tensor

import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(velocity, x_t, t, t_next):
    v = velocity(x_t, t)
    x_t += (t_next - t).view(-1, 1, 1) * v
    return x_t


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    length = (t_next - t)[:, None, None]
    first = velocity(x_t, t)
    x_next = x_t + length * first
    if (t_next == 0).all():
        return x_next
    return x_t + length * (first + velocity(x_next, t_next)) / 2
