# wrong: the rotation of the root is left out, so that 21 rotations are left, as in SMPL's body pose
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].unflatten(-1, (-1, 6))[:, 1:]
    parts["joints"] = parts["joints"].unflatten(-1, (-1, 3))
    return F, D, parts
