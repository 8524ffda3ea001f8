# right: unfold with step and size equal: the same adjacent numbers; views
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    out = {name: x[:, s] for name, s in LAYOUT.items()}
    out["rotations"] = out["rotations"].unfold(1, 6, 6)
    out["joints"] = out["joints"].unfold(1, 3, 3)
    return F, D, out
