# right: reshapes every part by a table of shapes
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


SHAPES = {
    "root_height": (1,),
    "root_velocity": (2,),
    "yaw_velocity": (1,),
    "rotations": (22, 6),
    "joints": (23, 3),
}


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    return x.shape[0], x.shape[1], {k: x[:, LAYOUT[k]].reshape(-1, *shape) for k, shape in SHAPES.items()}
