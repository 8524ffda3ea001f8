# right: one function with a list of stages solves both, sums in float64 and back
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


def stages(velocity, x_t, t, t_next, count):
    total, found = torch.zeros_like(x_t, dtype=torch.float64), []
    point, time = x_t, t
    for _ in range(count):
        found.append(velocity(point, time))
        total = total + found[-1]
        step = (t_next.double() - t.double()).reshape(-1, 1, 1) / len(found)
        point, time = (x_t + step * total).to(x_t.dtype), t_next
    return point


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return stages(velocity, x_t, t, t_next, 1)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    return stages(velocity, x_t, t, t_next, 1 if t_next.count_nonzero() == 0 else 2)
