# right: uses torch.split with the widths of the layout
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    widths = [cols.stop - cols.start for cols in LAYOUT.values()]
    height, velocity, yaw, rotations, joints = torch.split(x, widths, dim=1)
    frames, features = len(x), x.size(1)
    pieces = (height, velocity, yaw, rotations.reshape(frames, 22, 6), joints.reshape(frames, 23, 3))
    return frames, features, dict(zip(LAYOUT, pieces))
