# wrong: t and t_next of sample 0 set the length of the step for all samples, in both functions
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    dt = float(t_next[0] - t[0])
    return x_t + dt * velocity(x_t, t)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    dt = float(t_next[0] - t[0])
    v = velocity(x_t, t)
    x = x_t + dt * v
    if (t_next == 0).all():
        return x
    return x_t + dt * 0.5 * (v + velocity(x, t_next))
