# wrong: takes the 22 joints as the fast axis of the rotations: reshape to (F, 6, 22) and transpose
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    F, D = x.shape
    parts = {}
    for name, cols in LAYOUT.items():
        parts[name] = x[:, cols]
    parts["rotations"] = parts["rotations"].reshape(F, 6, 22).transpose(1, 2)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return F, D, parts
