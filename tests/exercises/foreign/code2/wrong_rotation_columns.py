# wrong: each rotation is a 3 x 2 matrix instead of six numbers
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].unflatten(-1, (22, 2, 3)).mT
    parts["joints"] = parts["joints"].unflatten(-1, (23, 3))
    return F, D, parts
