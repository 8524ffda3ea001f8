# wrong: Root velocity and yaw velocity are multiplied by the frame rate (converted to per second), so the parts no longer hold the numbers of x.
import torch
from torch import Tensor

import labkit
from labkit.motion import FPS, LAYOUT


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["root_velocity"] = parts["root_velocity"] * FPS
    parts["yaw_velocity"] = parts["yaw_velocity"] * FPS
    parts["rotations"] = parts["rotations"].reshape(F, 22, 6)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return F, D, parts
