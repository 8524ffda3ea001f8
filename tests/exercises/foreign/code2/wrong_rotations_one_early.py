# wrong: off by one: the rotations start at column 3 (the yaw velocity) and end one column early
# named: Rotations begin one column early
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
            "root_height": x[:, :1],
            "root_velocity": x[:, 1:3],
            "yaw_velocity": x[:, 3:4],
            "rotations": x[:, 3:135].reshape(F, -1, 6),
            "joints": x[:, -69:].reshape(F, -1, 3),
        },
    )
