# wrong: root_height and yaw_velocity are single columns of shape (F,): the last dimension is lost
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
            "root_height": x[:, 0],
            "root_velocity": x[:, 1:3],
            "yaw_velocity": x[:, 3],
            "rotations": x[:, 4:136].reshape(F, 22, 6),
            "joints": x[:, 136:].reshape(F, 23, 3),
        },
    )
