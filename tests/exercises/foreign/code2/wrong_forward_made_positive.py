# wrong: the sign of the second velocity is changed, so that walking forward is positive
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    left, back = parts["root_velocity"].unbind(-1)
    parts["root_velocity"] = torch.stack([left, -back], dim=-1)  # -y is forward
    parts["rotations"] = parts["rotations"].unflatten(1, (22, 6))
    parts["joints"] = parts["joints"].unflatten(1, (23, 3))
    return F, D, parts
