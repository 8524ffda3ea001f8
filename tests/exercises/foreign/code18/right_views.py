# right: uses view and addcmul
from collections.abc import Callable

import torch
from torch import Tensor

import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(velocity, x_t, t, t_next):
    return torch.addcmul(x_t, (t_next - t).view(-1, 1, 1), velocity(x_t, t))


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    h = (t_next - t).view(-1, 1, 1)
    d = velocity(x_t, t)
    euler = torch.addcmul(x_t, h, d)
    if torch.any(t_next != 0):
        d2 = velocity(euler, t_next)
        return x_t + h * (0.5 * d + 0.5 * d2)
    return euler
