# wrong: converts the velocities to units per second, in place in the views of x
import torch
from torch import Tensor

from labkit.motion import LAYOUT
import labkit


FPS = 20


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x):
    F, D = x.shape
    parts = {name: x[:, cols] for name, cols in LAYOUT.items()}
    parts["root_velocity"] *= FPS
    parts["yaw_velocity"] *= FPS
    parts["rotations"] = parts["rotations"].unflatten(1, (22, 6))
    parts["joints"] = parts["joints"].unflatten(1, (23, 3))
    return F, D, parts
