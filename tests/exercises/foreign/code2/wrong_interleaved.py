# wrong: the rotations are cut into 6 groups of 22 numbers and transposed: the shape is right, the numbers of
# a joint are not adjacent
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {k: x[:, s] for k, s in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(F, 6, 22).transpose(1, 2)
    parts["joints"] = parts["joints"].reshape(F, 3, 23).transpose(1, 2)
    return F, D, parts
