# wrong: the two parts of one number are taken by an integer index and lose their axis
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    height = x[:, 0]
    velocity = x[:, 1:3]
    yaw = x[:, 3]
    rotations = x[:, LAYOUT["rotations"]].reshape(F, 22, 6)
    joints = x[:, LAYOUT["joints"]].reshape(F, 23, 3)
    return (
        F,
        D,
        {
            "root_height": height,
            "root_velocity": velocity,
            "yaw_velocity": yaw,
            "rotations": rotations,
            "joints": joints,
        },
    )
