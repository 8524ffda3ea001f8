# wrong: the change of heading is summed over the frames: the part holds the heading instead of its velocity
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    F, D = x.shape
    parts = {}
    for name, columns in LAYOUT.items():
        part = x[:, columns]
        if name == "rotations":
            part = part.reshape(F, 22, 6)
        elif name == "joints":
            part = part.reshape(F, 23, 3)
        elif name == "yaw_velocity":
            part = part.cumsum(0)
        parts[name] = part
    return F, D, parts
