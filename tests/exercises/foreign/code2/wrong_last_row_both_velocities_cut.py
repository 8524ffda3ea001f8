# wrong: the last row of both velocities is cut off, since the last frame has no successor: (F − 1, 2) and (F
# − 1, 1)
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    out = {name: x[:, s] for name, s in LAYOUT.items()}
    out["rotations"] = out["rotations"].reshape(F, 22, 6)
    out["joints"] = out["joints"].reshape(F, 23, 3)
    out["root_velocity"] = out["root_velocity"][:-1]
    out["yaw_velocity"] = out["yaw_velocity"][:-1]
    return F, D, out
