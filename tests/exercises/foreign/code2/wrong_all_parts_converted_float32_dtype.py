# wrong: all parts are converted to float32: the dtype of x is lost for float64 motions
from torch import Tensor

from labkit.motion import LAYOUT
import torch
import labkit


@labkit.exercise(labkit.motion.split_motion)
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    F, D = x.shape
    x = x.to(torch.float32)
    out = {name: x[:, s] for name, s in LAYOUT.items()}
    out["rotations"] = out["rotations"].view(F, 22, 6)
    out["joints"] = out["joints"].view(F, 23, 3)
    return F, D, out
