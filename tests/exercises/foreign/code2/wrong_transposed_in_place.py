# wrong: x is transposed in place (x.t_()) to index features first, so the caller's motion has become (D, F).
import torch
from torch import Tensor

import labkit
from labkit.motion import LAYOUT


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    x.t_()  # one row a feature
    parts = {name: x[columns].T for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].reshape(F, 22, 6)
    parts["joints"] = parts["joints"].reshape(F, 23, 3)
    return F, D, parts
