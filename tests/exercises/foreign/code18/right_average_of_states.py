# right: Heun as the mean of x_t and two Euler steps in a row
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


def walk(x: Tensor, v: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    return torch.addcmul(x, (t_next - t).reshape(-1, 1, 1).to(x), v)


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return walk(x_t, velocity(x_t, t), t, t_next)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    once = walk(x_t, velocity(x_t, t), t, t_next)
    if not t_next.any():
        return once
    twice = walk(once, velocity(once, t_next), t, t_next)
    return torch.stack([x_t, twice]).mean(dim=0)
