# right: stacks one slice a joint, in loops, into new tensors
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    F, D = x.size()
    out = {}
    start = 0
    for name in ("root_height", "root_velocity", "yaw_velocity"):
        width = 2 if name == "root_velocity" else 1
        out[name] = x[:, start : start + width].clone()
        start += width
    out["rotations"] = torch.stack([x[:, start + 6 * j : start + 6 * j + 6] for j in range(22)], dim=1)
    start += 22 * 6
    out["joints"] = torch.stack([x[:, start + 3 * j : start + 3 * j + 3] for j in range(23)], dim=1)
    return int(F), int(D), out
