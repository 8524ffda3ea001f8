# right: the parts come from Tensor.split, and the joints are cut one by one in a loop and stacked.
import torch
from torch import Tensor

import labkit
from labkit.motion import LAYOUT


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    size = {"rotations": 6, "joints": 3}
    order = sorted(LAYOUT, key=lambda name: LAYOUT[name].start)
    pieces = x.split([LAYOUT[name].stop - LAYOUT[name].start for name in order], dim=1)
    parts: dict[str, Tensor] = {}
    for name, piece in zip(order, pieces):
        if name in size:
            piece = torch.stack(piece.split(size[name], dim=1), dim=1)
        parts[name] = piece
    return len(x), x.shape[-1], parts
