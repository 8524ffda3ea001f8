# wrong: returns D before F
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    D, F = x.shape[1], x.shape[0]
    parts = {name: x[:, cols] for name, cols in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(F, 22, 6)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return D, F, parts
