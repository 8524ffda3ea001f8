# wrong: the turning has a name of its own, yaw instead of yaw_velocity
from torch import Tensor

import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    height, velocity, yaw, rotations, joints = x.split([1, 2, 1, 132, 69], dim=1)
    parts = dict(root_height=height, root_velocity=velocity, yaw=yaw)
    parts["rotations"] = rotations.reshape(F, 22, 6)
    parts["joints"] = joints.reshape(F, 23, 3)
    return F, D, parts
