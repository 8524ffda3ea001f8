# wrong: the columns are counted by hand, and rotations and joints begin one column too early
from torch import Tensor
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    F, D = x.shape
    rotations = x[:, 3 : 3 + 22 * 6]
    joints = x[:, 3 + 22 * 6 : 3 + 22 * 6 + 23 * 3]
    return (
        F,
        D,
        {
            "root_height": x[:, 0:1],
            "root_velocity": x[:, 1:3],
            "yaw_velocity": x[:, 3:4],
            "rotations": rotations.reshape(F, 22, 6),
            "joints": joints.reshape(F, 23, 3),
        },
    )
