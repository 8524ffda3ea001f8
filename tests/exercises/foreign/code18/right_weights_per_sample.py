# right: einsum, and weights of the two velocities for each sample
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    v = velocity(x_t, t)
    return x_t + torch.einsum("b,bfd->bfd", (t_next - t).to(v.dtype), v)


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    dt = t_next.sub(t)
    v = velocity(x_t, t)
    there = x_t + torch.einsum("b,bfd->bfd", dt.to(v.dtype), v)
    ends = t_next.eq(0)  # (B,)
    if bool(ends.all()):
        return there
    # Samples at their end keep their first velocity: the other may be 0 / 0 there.
    w = torch.where(ends[:, None, None], v, velocity(there, t_next))
    return x_t + torch.einsum("b,kbfd->bfd", 0.5 * dt.to(v.dtype), torch.stack([v, w]))
