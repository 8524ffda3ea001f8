# wrong: heun's step calls the velocity three times: Euler's step is called as a function, and the first
# velocity is asked for again
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
    if (t_next == 0).all():
        return x
    dt = (t_next - t)[:, None, None]
    return x_t + dt * (velocity(x_t, t) + velocity(x, t_next)) / 2
