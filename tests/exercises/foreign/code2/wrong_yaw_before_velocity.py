# wrong: hand-written columns exchange the yaw velocity and the root velocity (yaw taken from column 1, planar
# velocity from 2 and 3)
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    return (
        F,
        D,
        {
            "root_height": x[:, 0:1],
            "yaw_velocity": x[:, 1:2],
            "root_velocity": x[:, 2:4],
            "rotations": x[:, 4:136].view(F, 22, 6),
            "joints": x[:, 136:205].view(F, 23, 3),
        },
    )
