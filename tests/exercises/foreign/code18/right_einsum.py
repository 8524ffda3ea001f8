# right: uses einsum, subtracts a positive length
from collections.abc import Callable

import torch
from torch import Tensor

import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(velocity, x_t, t, t_next):
    return x_t - torch.einsum("b,bfd->bfd", t - t_next, velocity(x_t, t))


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    length = t - t_next
    v = velocity(x_t, t)
    guess = x_t - torch.einsum("b,bfd->bfd", length, v)
    if bool((t_next == 0).all()):
        return guess
    mean = torch.stack([v, velocity(guess, t_next)]).mean(0)
    return x_t - torch.einsum("b,bfd->bfd", length, mean)
