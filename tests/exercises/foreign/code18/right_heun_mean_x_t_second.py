# right: heun as the mean of x_t and a second Euler step from Euler's point: the same sum
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
    x = labkit.diffusion.euler_step(velocity, x_t, t, t_next)
    if not t_next.any():
        return x
    dt = t_next[:, None, None] - t[:, None, None]
    return (x_t + x + dt * velocity(x, t_next)) / 2
