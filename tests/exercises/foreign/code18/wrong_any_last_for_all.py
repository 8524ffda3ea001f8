# wrong: heun's step falls back to Euler if any sample ends at 0, instead of if all do
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
    x = x_t + dt * v1
    if (t_next == 0).any():
        return x
    return x_t + dt * (v1 + velocity(x, t_next)) / 2
