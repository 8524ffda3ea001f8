# wrong: Rotations and joints are copied into new buffers made by torch.zeros, which have the default dtype float32 instead of the dtype of x.
import torch
from torch import Tensor

import labkit
from labkit.motion import LAYOUT


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    rotations, joints = torch.zeros(F, 22, 6), torch.zeros(F, 23, 3)
    for k in range(22):
        rotations[:, k] = parts["rotations"][:, 6 * k : 6 * k + 6]
    for k in range(23):
        joints[:, k] = parts["joints"][:, 3 * k : 3 * k + 3]
    parts["rotations"], parts["joints"] = rotations, joints
    return F, D, parts
