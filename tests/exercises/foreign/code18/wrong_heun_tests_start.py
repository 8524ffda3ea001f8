# wrong: tests t instead of t_next for the last step
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
    x_next = x_t + dt * v
    if (t == 0).all():
        return x_next
    v_next = velocity(x_next, t_next)
    return x_t + dt * (v + v_next) / 2
