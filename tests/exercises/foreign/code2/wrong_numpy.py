# wrong: returns the parts as NumPy arrays
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    F, D = x.shape
    a = x.detach().cpu().numpy()
    parts = {name: a[:, cols] for name, cols in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(F, 22, 6)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return F, D, parts
