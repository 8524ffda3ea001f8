# wrong: all parts are converted to float32 whatever the dtype of x
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    x = x.float()
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(F, 22, 6)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return F, D, parts
