# right: einsum for the length times the velocity, addcmul in Heun
from collections.abc import Callable

import torch
from torch import Tensor
import labkit


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    return x_t + torch.einsum("b,bfd->bfd", t_next - t, velocity(x_t, t))


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    dt = torch.reshape(t_next - t, (-1,) + (1,) * (x_t.dim() - 1))
    slopes = [velocity(x_t, t)]
    predictor = torch.addcmul(x_t, dt, slopes[0])
    if torch.count_nonzero(t_next) == 0:
        return predictor
    slopes.append(velocity(predictor, t_next))
    return torch.addcmul(x_t, dt, torch.stack(slopes).mean(0))
