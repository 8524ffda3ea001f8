# wrong: the rotations are reshaped to (22, F, 6) and transposed: frames and joints are mixed, though the
# shape is right
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    out = {name: x[:, s] for name, s in LAYOUT.items()}
    out["rotations"] = out["rotations"].reshape(22, F, 6).transpose(0, 1)
    out["joints"] = out["joints"].reshape(23, F, 3).transpose(0, 1)
    return F, D, out
