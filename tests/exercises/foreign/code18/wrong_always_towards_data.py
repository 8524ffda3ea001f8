# wrong: the length of Euler's step is an absolute value that is always subtracted, so a step towards noise goes the wrong way
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return x_t - (t - t_next).abs()[:, None, None] * velocity(x_t, t)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    length = (t_next - t)[:, None, None]
    first = velocity(x_t, t)
    x_next = x_t + length * first
    if (t_next == 0).all():
        return x_next
    return x_t + length * (first + velocity(x_next, t_next)) / 2
