# wrong: a pelvis of zeros is put before the joints: (F, 24, 3) instead of (F, 23, 3).
import torch
from torch import Tensor

from labkit.motion import LAYOUT, N_JOINTS, N_ROTATIONS
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(F, N_ROTATIONS, 6)
    joints = parts["joints"].reshape(F, N_JOINTS - 1, 3)
    pelvis = torch.zeros_like(joints[:, :1])
    parts["joints"] = torch.cat([pelvis, joints], dim=1)  # all 24 joints
    return F, D, parts
