# wrong: the parts are always float32, whatever the dtype of x.
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    x = torch.as_tensor(x, dtype=torch.float32)
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].unflatten(-1, (22, 6))
    parts["joints"] = parts["joints"].unflatten(-1, (23, 3))
    return F, D, parts
