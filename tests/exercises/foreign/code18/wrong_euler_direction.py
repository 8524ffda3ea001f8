# wrong: steps by t - t_next, as in image code that counts steps downwards, in both functions
from collections.abc import Callable

import torch
from torch import Tensor

import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(velocity, x_t, t, t_next):
    dt = (t - t_next)[:, None, None]
    return x_t + dt * velocity(x_t, t)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    dt = (t - t_next)[:, None, None]
    v1 = velocity(x_t, t)
    x_next = x_t + dt * v1
    if (t_next == 0).all():
        return x_next
    return x_t + dt * 0.5 * (v1 + velocity(x_next, t_next))
