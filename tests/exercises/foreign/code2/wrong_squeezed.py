# wrong: x is squeezed first, which loses the axis of frames where there is one frame
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    rows = x.squeeze()
    parts = {name: rows[..., columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].unflatten(-1, (22, 6))
    parts["joints"] = parts["joints"].unflatten(-1, (23, 3))
    return F, D, parts
