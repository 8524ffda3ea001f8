# right: torch.split with the five widths gives the same columns; view keeps numbers of a joint adjacent
from torch import Tensor

from labkit.motion import LAYOUT
import torch
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    height, velocity, yaw, rotations, joints = torch.split(x, [1, 2, 1, 132, 69], dim=1)
    F = x.size(0)
    return (
        F,
        x.size(1),
        dict(
            root_height=height,
            root_velocity=velocity,
            yaw_velocity=yaw,
            rotations=rotations.reshape(F, 22, 6),
            joints=joints.reshape(F, 23, 3),
        ),
    )
