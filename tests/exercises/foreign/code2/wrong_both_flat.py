# wrong: the rotations and joints are not reshaped at all: (F, 132) and (F, 69)
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.size(0), x.size(1)
    return F, D, {name: x[:, columns] for name, columns in LAYOUT.items()}
