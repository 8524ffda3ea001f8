# wrong: per sample where: samples at 0 take Euler's step by where, the velocity at t = 0 is asked for (and
# may be nan), and it is called twice in the last step
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
    better = x_t + dt * 0.5 * (v + velocity(x, t_next))
    return torch.where((t_next == 0).view(-1, 1, 1), x, better)
