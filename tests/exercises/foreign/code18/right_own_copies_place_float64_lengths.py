# right: own copies in place, float64 lengths; the arguments stay
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    out = x_t.clone()
    v = velocity(x_t, t)
    for i in range(len(out)):
        out[i] += float(t_next[i] - t[i]) * v[i]
    return out


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    out = x_t.clone()
    first = velocity(x_t, t)
    dt = (t_next - t)[:, None, None]
    guess = out + dt * first
    if bool((t_next == 0).all()):
        return guess
    second = velocity(guess, t_next)
    out += dt * (first / 2 + second / 2)
    return out
