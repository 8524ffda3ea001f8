# wrong: the dict is filled once and returned by every later call
# named: those of an earlier call
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


PARTS = {}


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    if not PARTS:
        PARTS.update({name: x[:, columns] for name, columns in LAYOUT.items()})
        PARTS["rotations"] = PARTS["rotations"].unflatten(-1, (-1, 6))
        PARTS["joints"] = PARTS["joints"].unflatten(-1, (-1, 3))
    return F, D, PARTS
