# wrong: the lowest height is subtracted in x
# named: changed: x
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].unflatten(-1, (-1, 6))
    parts["joints"] = parts["joints"].unflatten(-1, (-1, 3))
    parts["root_height"] -= parts["root_height"].min()
    return F, D, parts
