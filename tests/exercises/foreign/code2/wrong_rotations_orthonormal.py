# wrong: the two columns of each 6D rotation are made orthonormal, so the numbers are no longer those of x
import torch
from torch import Tensor
from torch.nn import functional

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    first, second = parts["rotations"].reshape(F, 22, 2, 3).unbind(2)
    first = functional.normalize(first, dim=-1)
    second = functional.normalize(second - (first * second).sum(-1, keepdim=True) * first, dim=-1)
    parts["rotations"] = torch.cat([first, second], dim=-1)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return F, D, parts
