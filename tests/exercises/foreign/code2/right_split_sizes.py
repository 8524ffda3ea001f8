# right: torch.split by sizes and zip
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = len(x), x.shape[-1]
    parts = dict(zip(LAYOUT, x.split([1, 2, 1, 22 * 6, 23 * 3], dim=-1)))
    return (
        F,
        D,
        parts
        | {
            "joints": parts["joints"].view(F, -1, 3),
            "rotations": parts["rotations"].view(F, -1, 6),
        },
    )
