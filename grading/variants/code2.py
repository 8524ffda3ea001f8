"""Other right answers to Code 2."""

from collections import OrderedDict

import numpy as np
import torch

from grading.bank import variant
from labkit.motion import LAYOUT


@variant()
def the_last_hint():
    """In its words."""

    def split_motion(x):
        F, D = x.shape
        parts = {name: x[:, columns] for name, columns in LAYOUT.items()}
        parts["rotations"] = parts["rotations"].reshape(F, 22, 6)
        parts["joints"] = parts["joints"].reshape(F, 23, 3)
        return F, D, parts

    return split_motion


@variant()
def by_hand():
    """Every slice and shape written out."""

    def split_motion(x):
        F, D = x.shape
        return F, D, {
            "root_height": x[:, 0:1],
            "root_velocity": x[:, 1:3],
            "yaw_velocity": x[:, 3:4],
            "rotations": x[:, 4:136].reshape(F, 22, 6),
            "joints": x[:, 136:205].reshape(F, 23, 3),
        }  # fmt: skip

    return split_motion


@variant(other_numbers=True)
def torch_split():
    """By widths: a motion of any other width is an error, not a wider D."""

    def split_motion(x):
        height, velocity, yaw, rotations, joints = torch.split(x, [1, 2, 1, 22 * 6, 23 * 3], dim=-1)
        parts = (height, velocity, yaw, rotations.unflatten(-1, (22, 6)), joints.unflatten(-1, (23, 3)))
        return len(x), x.size(-1), dict(zip(LAYOUT, parts))

    return split_motion


@variant(other_numbers=True)
def joints_to_the_end():
    """Open slices, as in x[:, 136:]: 23 joints do not fit a wider motion either."""

    def split_motion(x):
        F, D = x.size(0), x.size(1)
        root, rotations, joints = x[:, :4], x[:, 4:136].view(F, 22, 6), x[:, 136:].view(F, 23, 3)
        parts = {"root_height": root[:, :1], "root_velocity": root[:, 1:3], "yaw_velocity": root[:, 3:]}
        return F, D, parts | {"rotations": rotations, "joints": joints}

    return split_motion


@variant()
def tensor_split():
    def split_motion(x):
        values = dict(zip(LAYOUT, x.tensor_split((1, 3, 4, 136), dim=1)))
        values["rotations"] = values["rotations"].reshape(len(x), -1, 6)
        values["joints"] = values["joints"].reshape(len(x), -1, 3)
        return [*x.shape, values]

    return split_motion


@variant()
def loops():
    """A list in a list for every frame and joint."""

    def split_motion(x):
        def table(start, joints, width):
            rows = [[r[start + i * width : start + (i + 1) * width] for i in range(joints)] for r in x]
            return torch.stack([torch.stack(row) for row in rows])

        parts = {
            "root_height": torch.stack([row[:1] for row in x]),
            "root_velocity": torch.stack([row[1:3] for row in x]),
            "yaw_velocity": torch.stack([row[3:4] for row in x]),
        }
        return x.shape[0], x.shape[1], parts | {"rotations": table(4, 22, 6), "joints": table(136, 23, 3)}

    return split_motion


@variant()
def pieces_in_a_row():
    """A running column index, with widths from LAYOUT."""

    def split_motion(x):
        F, D = map(int, x.shape)
        parts, start = OrderedDict(), 0
        for name, columns in LAYOUT.items():
            width = columns.stop - columns.start
            parts[name] = x.narrow(1, start, width)
            start += width
        parts.update(rotations=parts["rotations"].view(F, -1, 6), joints=parts["joints"].view(F, -1, 3))
        return F, D, parts

    return split_motion


@variant()
def other_order():
    """The order of the dict does not matter."""

    def split_motion(x):
        x = x.clone()
        shapes = {"joints": (-1, 3), "rotations": (-1, 6), "yaw_velocity": (-1,)}
        shapes |= {"root_velocity": (-1,), "root_height": (-1,)}
        return len(x), len(x[0]), {n: x[:, LAYOUT[n]].reshape(len(x), *s) for n, s in shapes.items()}

    return split_motion


@variant()
def through_numpy():
    """NumPy inside, tensors outside; sizes as NumPy's integers."""

    def split_motion(x):
        F, D = np.array(x.shape)
        height, velocity, yaw, rotations, joints, _ = np.split(x.numpy(), (1, 3, 4, 136, 205), axis=1)
        parts = height, velocity, yaw, rotations.reshape(F, 22, 6), joints.reshape(F, 23, 3)
        return F, D, {name: torch.from_numpy(part) for name, part in zip(LAYOUT, parts)}

    return split_motion


@variant()
def indexed():
    """Columns selected by index, and two transposes that cancel."""

    def split_motion(x):
        columns = torch.arange(x.shape[1])
        parts = {name: x.index_select(1, columns[where]) for name, where in LAYOUT.items()}
        parts["rotations"] = parts["rotations"].T.reshape(22, 6, len(x)).permute(2, 0, 1)
        parts["joints"] = torch.stack([parts["joints"][:, i::3] for i in range(3)], dim=-1)
        return x.shape[0], x.shape[1], parts

    return split_motion
