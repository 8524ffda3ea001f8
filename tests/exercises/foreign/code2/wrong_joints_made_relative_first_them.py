# wrong: the joints are made relative to the first of them, in place: x is changed and the joints are wrong
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    out = {name: x[:, s] for name, s in LAYOUT.items()}
    out["rotations"] = out["rotations"].reshape(F, 22, 6)
    out["joints"] = out["joints"].reshape(F, 23, 3)
    out["joints"] -= out["joints"][:, :1].clone()
    return F, D, out
