# wrong: A row of zeros for the pelvis is put before the joints, so they are (F, 24, 3) instead of (F, 23, 3)
from torch import Tensor

from labkit.motion import LAYOUT
import torch
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    out = {name: x[:, s] for name, s in LAYOUT.items()}
    out["rotations"] = out["rotations"].unflatten(1, (22, 6))
    joints = out["joints"].unflatten(1, (23, 3))
    out["joints"] = torch.cat([torch.zeros_like(joints[:, :1]), joints], dim=1)
    return F, D, out
