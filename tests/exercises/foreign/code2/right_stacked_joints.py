# right: joint by joint in Python loops, copies instead of views, and the dict in another order.
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


def _table(x: Tensor, first: int, joints: int, width: int) -> Tensor:
    rows = []
    for j in range(joints):
        start = first + j * width
        rows.append(torch.stack([x[:, start + i] for i in range(width)], dim=-1))  # (F, width)
    return torch.stack(rows, dim=1)  # (F, joints, width)


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    parts = {
        "joints": _table(x, LAYOUT["joints"].start, 23, 3),
        "rotations": _table(x, LAYOUT["rotations"].start, 22, 6),
        "yaw_velocity": x[:, LAYOUT["yaw_velocity"].start].unsqueeze(1).clone(),
        "root_velocity": x[:, LAYOUT["root_velocity"]].clone(),
        "root_height": x[:, LAYOUT["root_height"].start].unsqueeze(1).clone(),
    }
    return len(x), x.shape[-1], parts
