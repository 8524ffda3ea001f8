# wrong: the parts of one column lose their column axis: (F,) instead of (F, 1).
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {}
    for name, columns in LAYOUT.items():
        part = x[:, columns]
        if name == "rotations":
            part = part.unflatten(-1, (22, 6))
        elif name == "joints":
            part = part.unflatten(-1, (23, 3))
        parts[name] = part.squeeze(-1)
    return F, D, parts
