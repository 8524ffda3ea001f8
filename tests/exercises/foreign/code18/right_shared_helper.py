# right: both functions use a helper; the first velocity is remembered inside Heun's call
from collections.abc import Callable

import torch
from torch import Tensor

import labkit


def move(x, v, t, t_next):
    return torch.stack([a + (q - p) * b for a, b, p, q in zip(x, v, t, t_next)])


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(velocity, x_t, t, t_next):
    return move(x_t, velocity(x_t, t), t, t_next)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    seen = []

    def remember(x, s):
        seen.append(velocity(x, s))
        return seen[-1]

    target = move(x_t, remember(x_t, t), t, t_next)
    if not (t_next == 0).all():
        remember(target, t_next)
    return move(x_t, sum(seen) / len(seen), t, t_next)
