# right: the axes of a joint come from a dict, without naming a part in the code; clones
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    per_joint = {22 * 6: (22, 6), 23 * 3: (23, 3)}
    parts = {}
    for name, where in LAYOUT.items():
        width = where.stop - where.start
        parts[name] = x[:, where].clone().reshape(x.shape[0], *per_joint.get(width, (width,)))
    return *x.shape, parts
