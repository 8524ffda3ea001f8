# wrong: the velocity is taken for an estimate of x0, and turned into a direction (x - x0) / t as in Karras et al.
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    direction = (x_t - velocity(x_t, t)) / t[:, None, None]
    return x_t + (t_next - t)[:, None, None] * direction


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    length = (t_next - t)[:, None, None]
    first = velocity(x_t, t)
    x_next = x_t + length * first
    if (t_next == 0).all():
        return x_next
    return x_t + length * (first + velocity(x_next, t_next)) / 2
