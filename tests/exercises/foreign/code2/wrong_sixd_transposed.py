# wrong: The six numbers within each joint's rotation are reordered, as if they were stored as a 3x2 matrix row by row, instead of being kept in the order of x.
import torch
from torch import Tensor

import labkit
from labkit.motion import LAYOUT


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    # two columns of the rotation matrix, one after the other
    parts["rotations"] = parts["rotations"].unflatten(-1, (22, 3, 2)).mT.flatten(-2)
    parts["joints"] = parts["joints"].unflatten(-1, (23, 3))
    return F, D, parts
