# wrong: joints are taken to come before rotations in a row
from torch import Tensor

import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {
        "root_height": x[:, :1],
        "root_velocity": x[:, 1:3],
        "yaw_velocity": x[:, 3:4],
        "joints": x[:, 4:73].reshape(F, 23, 3),
        "rotations": x[:, 73:].reshape(F, 22, 6),
    }
    return F, D, parts
