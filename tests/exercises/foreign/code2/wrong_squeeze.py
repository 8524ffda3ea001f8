# wrong: squeezes the first axis of rotations and joints, which removes the time axis of a motion of one frame
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    F, D = x.shape
    parts = {}
    for name, cols in LAYOUT.items():
        part = x[:, cols]
        if name == "rotations":
            part = part.reshape(F, 22, 6).squeeze(0)
        elif name == "joints":
            part = part.reshape(F, 23, 3).squeeze(0)
        parts[name] = part
    return F, D, parts
