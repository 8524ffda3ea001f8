# wrong: The columns are counted by hand in the order of HumanML3D, with the yaw velocity before the planar root velocity (column 1 and columns 2-3 instead of column 3 and columns 1-2).
import torch
from torch import Tensor

import labkit
from labkit.motion import LAYOUT


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {
        "root_height": x[:, 0:1],
        "yaw_velocity": x[:, 1:2],
        "root_velocity": x[:, 2:4],
        "rotations": x[:, 4:136],
        "joints": x[:, 136:205],
    }
    parts["rotations"] = parts["rotations"].reshape(F, 22, 6)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return F, D, parts
