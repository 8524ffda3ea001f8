# wrong: F and D are returned as 0-dimensional tensors (unpacked from torch.tensor(x.shape)) instead of Python ints.
import torch
from torch import Tensor

import labkit
from labkit.motion import LAYOUT


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = torch.tensor(x.shape)
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].unflatten(-1, (22, 6))
    parts["joints"] = parts["joints"].unflatten(-1, (23, 3))
    return F, D, parts
