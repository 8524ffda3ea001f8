# right: cuts the parts from the last column backwards, in float64 and back, feature axis first
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:

    rest = x.double().T.contiguous()  # (D, F)
    parts = {}
    for name, size in (
        ("joints", 3),
        ("rotations", 6),
        ("yaw_velocity", 0),
        ("root_velocity", 0),
        ("root_height", 0),
    ):
        width = LAYOUT[name].stop - LAYOUT[name].start
        rest, part = rest[:-width], rest[-width:]
        if size:
            part = torch.stack([part[i::size] for i in range(size)], dim=1)  # (joints, size, F)
        parts[name] = torch.movedim(part, -1, 0).to(x.dtype)
    return x.size(0), x.size(1), parts
