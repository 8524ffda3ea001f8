# right: each joint is sliced on its own and stacked on dim 1: copies instead of views, which is allowed
from torch import Tensor

from labkit.motion import LAYOUT
import torch
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    r, j = LAYOUT["rotations"].start, LAYOUT["joints"].start
    return (
        F,
        D,
        {
            "joints": torch.stack([x[:, j + 3 * k : j + 3 * k + 3] for k in range(23)], dim=1),
            "rotations": torch.stack([x[:, r + 6 * k : r + 6 * k + 6] for k in range(22)], dim=1),
            "root_height": x[:, LAYOUT["root_height"]].clone(),
            "root_velocity": x[:, LAYOUT["root_velocity"]].clone(),
            "yaw_velocity": x[:, LAYOUT["yaw_velocity"]].clone(),
        },
    )
