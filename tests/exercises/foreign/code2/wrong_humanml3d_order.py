# wrong: uses the order of HumanML3D's root features: yaw velocity, planar velocity, height
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
            "yaw_velocity": x[:, 0:1],
            "root_velocity": x[:, 1:3],
            "root_height": x[:, 3:4],
            "rotations": x[:, 4:136].reshape(F, 22, 6),
            "joints": x[:, 136:205].reshape(F, 23, 3),
        },
    )
