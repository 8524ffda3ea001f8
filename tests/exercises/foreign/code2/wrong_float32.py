# wrong: casts x to float32 first, so that float64 motions lose their dtype
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    x = torch.as_tensor(x, dtype=torch.float32)
    F, D = x.shape
    parts = {name: x[:, cols] for name, cols in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].view(F, 22, 6)
    parts["joints"] = parts["joints"].view(F, 23, 3)
    return F, D, parts
