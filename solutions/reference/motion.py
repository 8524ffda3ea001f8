from torch import Tensor

from labkit.motion import LAYOUT


def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    """Split a motion x (F, D) → F frames, D features (ints, read from x), and a dict of its parts.

    Keys and shapes: root_height (F, 1), root_velocity (F, 2), yaw_velocity (F, 1), rotations (F, 22, 6),
    joints (F, 23, 3). Parts have the values, units, dtype and device of x; `labkit.motion` lists the units.
    Layout: Petrovich et al. 2024 ("STMC"), sec. 3.2. `LAYOUT` maps each key to its slice of columns; the
    numbers of one joint are adjacent. F ≥ 1. Do not change x; the parts may be views of it.
    """
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}  # (F, columns of the part) each
    parts["rotations"] = parts["rotations"].unflatten(-1, (-1, 6))  # (F, 22, 6)
    parts["joints"] = parts["joints"].unflatten(-1, (-1, 3))  # (F, 23, 3)
    return F, D, parts
