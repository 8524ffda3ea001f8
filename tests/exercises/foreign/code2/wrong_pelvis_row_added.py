# wrong: a row of zeros for the pelvis is put before the joints, so that there are 24 of them
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    F, D = x.shape
    parts = {name: x[:, where] for name, where in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(F, 22, 6)
    joints = parts["joints"].reshape(F, 23, 3)
    parts["joints"] = torch.cat([torch.zeros_like(joints[:, :1]), joints], dim=1)
    return F, D, parts
