# wrong: Heun's step has no rule for the last step and asks for the velocity at t = 0
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return x_t + (t_next - t)[:, None, None] * velocity(x_t, t)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    length = (t_next - t)[:, None, None]
    first = velocity(x_t, t)
    second = velocity(x_t + length * first, t_next)
    return x_t + length * (first + second) / 2
