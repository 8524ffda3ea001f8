# wrong: F and D are returned as 0-d tensors and not as ints
from torch import Tensor

from labkit.motion import LAYOUT
import torch
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    shape = torch.tensor(x.shape)
    F, D = shape[0], shape[1]
    parts = {}
    for name, columns in LAYOUT.items():
        parts[name] = x[:, columns]
    parts["rotations"] = parts["rotations"].reshape(len(x), 22, 6)
    parts["joints"] = parts["joints"].reshape(len(x), 23, 3)
    return F, D, parts
