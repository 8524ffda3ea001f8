# wrong: x_next is x_t itself, changed in place
from collections.abc import Callable

from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    dt = (t_next - t)[:, None, None]  # (B, 1, 1)
    return x_t + dt * velocity(x_t, t)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    dt = (t_next - t)[:, None, None]  # (B, 1, 1)
    v = velocity(x_t, t)
    if (t_next == 0).all():
        return x_t + dt * v
    x_next = x_t
    x_next += dt * v
    v_next = velocity(x_next, t_next)
    return x_t + dt * (v + v_next) / 2
