# right: works on the transpose (features first) with index_select, and moves the axes back.
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit

SHAPES = dict(root_height=(1,), root_velocity=(2,), yaw_velocity=(1,), rotations=(22, 6), joints=(23, 3))


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = tuple(x.shape)
    features = x.transpose(0, 1)  # (D, F)

    def part(name: str) -> Tensor:
        columns = torch.arange(D, device=x.device)[LAYOUT[name]]
        chosen = features.index_select(0, columns)  # (n, F)
        return chosen.reshape(*SHAPES[name], F).movedim(-1, 0)

    return F, D, dict(zip(SHAPES, map(part, SHAPES)))
