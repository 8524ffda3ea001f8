# right: Heun's result is the mean of the ends of two Euler steps from x_t
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    dt = torch.sub(t_next, t)
    return torch.stack([x + step * v for x, step, v in zip(x_t, dt, velocity(x_t, t))])


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    def end(v):
        return torch.stack([x + step * slope for x, step, slope in zip(x_t, t_next - t, v)])

    predicted = end(velocity(x_t, t))
    if bool(t_next.any()):
        predicted = (predicted + end(velocity(predicted, t_next))) / 2
    return predicted
