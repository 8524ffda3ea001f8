# right: torch.split by the widths, and a loop over shapes without naming any part.
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    names = sorted(LAYOUT, key=lambda name: LAYOUT[name].start)
    pieces = torch.split(x, [LAYOUT[n].stop - LAYOUT[n].start for n in names], dim=1)
    per_joint = {22 * 6: 6, 23 * 3: 3}
    parts = {}
    for name, piece in zip(names, pieces):
        size = per_joint.get(piece.size(1))
        parts[name] = piece if size is None else piece.unflatten(1, (-1, size))
    return x.size(0), x.size(1), parts
