from torch import Tensor

from labkit.motion import LAYOUT


def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    """A motion x (F, D) → F, D and its parts by name (the names and order of `LAYOUT`).

    root_height (F, 1), root_velocity (F, 2), yaw_velocity (F, 1), rotations (F, 22, 6), joints (F, 23, 3).
    D is read from x. `LAYOUT` maps each name to the slice of columns that belongs to it.
    """
    F, D = x.shape
    parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
    parts["rotations"] = parts["rotations"].unflatten(-1, (-1, 6))
    parts["joints"] = parts["joints"].unflatten(-1, (-1, 3))
    return F, D, parts
