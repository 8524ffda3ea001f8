# right: sample by sample, two parts with zeros that add up
from collections.abc import Iterator

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


def rows(schedule, x, x_known, known, t, noise) -> Iterator[Tensor]:
    for i, a in enumerate(schedule.alpha_bar(t).flatten().unbind()):
        given = torch.sqrt(a) * x_known[i] + torch.sqrt(1 - a) * noise[i]  # (F, D)
        yield x[i].masked_fill(known[i], 0.0) + given.masked_fill(known[i].logical_not(), 0.0)


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(
    schedule: Schedule, x: Tensor, x_known: Tensor, known: Tensor, t: Tensor, noise: Tensor
) -> Tensor:
    return torch.stack(list(rows(schedule, x, x_known, known, t, noise)))
