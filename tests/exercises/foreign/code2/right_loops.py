# right: one joint after the other, in loops, stacked
import torch
from torch import Tensor

import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F = int(x.size(0))
    D = int(x.size(1))
    rotations = []
    for j in range(22):
        rotations.append(x[:, 4 + 6 * j : 10 + 6 * j])
    joints = []
    for j in range(23):
        joints.append(x[:, 136 + 3 * j : 139 + 3 * j])
    return (
        F,
        D,
        {
            "root_height": x[:, :1],
            "root_velocity": x[:, 1:3],
            "yaw_velocity": x[:, 3:4],
            "rotations": torch.stack(rotations, dim=1),
            "joints": torch.stack(joints, dim=1),
        },
    )
