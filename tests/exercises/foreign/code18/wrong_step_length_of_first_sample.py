# wrong: the length of the first sample's step for all
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    dt = t_next[0] - t[0]
    return x_t + dt * velocity(x_t, t)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    dt = t_next[0] - t[0]
    first = velocity(x_t, t)
    x_next = x_t + dt * first
    if (t_next == 0).all():  # the last step
        return x_next
    second = velocity(x_next, t_next)
    heun = x_t + dt * (first + second) / 2
    return torch.where((t_next == 0)[:, None, None], x_next, heun)
