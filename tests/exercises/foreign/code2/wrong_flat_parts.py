# wrong: rotations and joints are not given a row for each joint
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {}
    for name in LAYOUT:
        parts[name] = x[:, LAYOUT[name]]
    return F, D, parts
