# wrong: Euler's step asks for the velocity at x_t with the time of the end of the step
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return x_t + (t_next - t)[:, None, None] * velocity(x_t, t_next)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    length = (t_next - t)[:, None, None]
    first = velocity(x_t, t)
    x_next = x_t + length * first
    if (t_next == 0).all():
        return x_next
    return x_t + length * (first + velocity(x_next, t_next)) / 2
