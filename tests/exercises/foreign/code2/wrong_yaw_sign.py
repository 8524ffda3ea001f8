# wrong: the yaw velocity has the other sign
# named: -1 times the expected one
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
    parts["yaw_velocity"] = -parts["yaw_velocity"]
    return F, D, parts
