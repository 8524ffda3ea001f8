# wrong: the last row of the velocities is left out, because it only repeats the change before it
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    if F > 1:
        for name in ("root_velocity", "yaw_velocity"):
            parts[name] = parts[name][:-1]
    parts["rotations"] = parts["rotations"].view(F, 22, 6)
    parts["joints"] = parts["joints"].view(F, 23, 3)
    return F, D, parts
