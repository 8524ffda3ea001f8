# wrong: frames and features are returned as tensors instead of int
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = torch.tensor(x.shape)
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].view(-1, 22, 6)
    parts["joints"] = parts["joints"].view(-1, 23, 3)
    return F, D, parts
