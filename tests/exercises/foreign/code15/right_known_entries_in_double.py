# right: noises the known entries only, one list of them, in float64, and puts them into a copy
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    where = known.nonzero(as_tuple=True)
    a = schedule.alpha_bar(t).flatten().double()[where[0]]
    values = a.sqrt() * x_known[where] + torch.sqrt(1 - a) * noise[where]
    return x.index_put(where, values.to(x.dtype))
