# wrong: the two velocities are summed without the half
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
    dt = (t_next - t).view(-1, 1, 1)
    v = velocity(x_t, t)
    x = x_t + dt * v
    if (t_next == 0).all():
        return x
    return x_t + dt * (v + velocity(x, t_next))
