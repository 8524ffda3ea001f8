# wrong: Rotations and joints are reshaped with the joint axis first and then transposed, (22, F, 6) to (F, 22, 6), which mixes numbers of different frames as soon as F is larger than 1.
import torch
from torch import Tensor

import labkit
from labkit.motion import LAYOUT


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(22, F, 6).transpose(0, 1)
    parts["joints"] = parts["joints"].reshape(23, F, 3).transpose(0, 1)
    return F, D, parts
