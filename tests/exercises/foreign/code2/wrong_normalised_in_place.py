# wrong: rotations are brought to unit columns in place, so x changes too
# named: normalised to length 1 in x itself
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].unflatten(-1, (-1, 6))
    parts["joints"] = parts["joints"].unflatten(-1, (-1, 3))
    columns = parts["rotations"].unflatten(-1, (2, 3))
    columns /= columns.norm(dim=-1, keepdim=True)
    return F, D, parts
