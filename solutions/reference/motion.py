from torch import Tensor

from labkit.motion import LAYOUT


def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    """A motion x (F, D) → F frames, D features (both int, read from x) and its parts, a dict by name.

    root_height (F, 1), root_velocity (F, 2), yaw_velocity (F, 1), rotations (F, 22, 6), joints (F, 23, 3):
    tensors with the numbers, the dtype and the device of x. Their layout is that of Petrovich et al. 2024
    ("STMC"), sec. 3.2; `LAYOUT` maps each name to the slice of columns that belongs to it. In these columns
    the numbers of one joint are adjacent. F is 1 or more. x is not changed; the parts may be views of it.
    """
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].unflatten(-1, (-1, 6))  # (F, 22, 6)
    parts["joints"] = parts["joints"].unflatten(-1, (-1, 3))  # (F, 23, 3)
    return F, D, parts
