# wrong: columns counted by hand, and the joints begin one column too early (135 instead of 136).
from torch import Tensor

import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    return (
        F,
        D,
        {
            "root_height": x[:, 0:1],
            "root_velocity": x[:, 1:3],
            "yaw_velocity": x[:, 3:4],
            "rotations": x[:, 4:136].unflatten(1, (22, 6)),
            "joints": x[:, 135:204].unflatten(1, (23, 3)),
        },
    )
