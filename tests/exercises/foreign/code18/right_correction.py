# right: heun's step as Euler's plus a correction; in place on its own tensors
from collections.abc import Callable

import torch
from torch import Tensor

import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(velocity, x_t, t, t_next):
    out = velocity(x_t, t) * (t_next - t)[..., None, None]
    out = out + x_t
    return out


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    step = (t_next - t).reshape(len(t), 1, 1)
    first = velocity(x_t, t)
    arrived = x_t + step * first
    if t_next.count_nonzero() == 0:
        return arrived
    correction = velocity(arrived, t_next) - first
    correction = correction * (step / 2)
    return arrived + correction
