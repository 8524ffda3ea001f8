# wrong: takes single columns by an integer index, so that height and yaw lose their dimension
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    F, D = x.shape
    return (
        F,
        D,
        {
            "root_height": x[:, 0],
            "root_velocity": x[:, 1:3],
            "yaw_velocity": x[:, 3],
            "rotations": x[:, 4:136].reshape(F, 22, 6),
            "joints": x[:, 136:].reshape(F, 23, 3),
        },
    )
