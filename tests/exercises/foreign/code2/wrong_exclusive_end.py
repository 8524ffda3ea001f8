# wrong: the end of a slice is taken as included, so every hard-coded part is one column short
from torch import Tensor

import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F = x.shape[0]
    D = x.shape[1]
    parts = {
        "root_height": x[:, 0:1],
        "root_velocity": x[:, 1:3],
        "yaw_velocity": x[:, 3:4],
        "rotations": x[:, 4:135].reshape(F, 22, -1),
        "joints": x[:, 136:204].reshape(F, 23, -1),
    }
    return F, D, parts
