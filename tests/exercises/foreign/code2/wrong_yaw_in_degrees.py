# wrong: the change of heading is converted from radians to degrees
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    frames, features = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["yaw_velocity"] = parts["yaw_velocity"].rad2deg()
    parts["rotations"] = parts["rotations"].unflatten(-1, (-1, 6))
    parts["joints"] = parts["joints"].unflatten(-1, (-1, 3))
    return frames, features, parts
