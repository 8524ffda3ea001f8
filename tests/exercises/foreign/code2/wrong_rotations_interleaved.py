# wrong: the rotations are read as 6 rows of 22, then transposed: the shape is right, the numbers are mixed.
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(F, 6, 22).transpose(1, 2)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return F, D, parts
