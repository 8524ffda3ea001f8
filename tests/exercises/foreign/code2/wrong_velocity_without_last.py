# wrong: The last row of both velocities is dropped because the last frame has no successor, so they have F - 1 rows instead of F.
import torch
from torch import Tensor

import labkit
from labkit.motion import LAYOUT


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    for name in ("root_velocity", "yaw_velocity"):
        parts[name] = parts[name][:-1]  # changes between frames: one fewer than frames
    parts["rotations"] = parts["rotations"].reshape(F, 22, 6)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return F, D, parts
