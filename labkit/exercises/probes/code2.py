"""The probes of split_motion."""

from collections.abc import Mapping, Sequence
from numbers import Integral

import numpy as np
import torch
from torch import Tensor

from labkit.exercises.probe import Inputs, arguments_kept, describe, probe
from labkit.motion import LAYOUT, D, split_motion

F = 3


def table(inputs: Inputs, frames: int = F, columns: int = D) -> Tensor:
    """A motion with the values column + 300 (frame − 1) + a random fraction, which shows whether a value was
    read from x. Frames differ by 300, so that rounding has little effect on their deviation."""
    return (
        torch.arange(columns)
        + 300 * torch.arange(-1, frames - 1)[:, None]
        + inputs.uniform(frames, columns) / 2
    )


def split(x: Tensor) -> Sequence:
    result = split_motion(x)
    if not isinstance(result, (tuple, list)) or len(result) != 3:
        raise TypeError(f"split_motion gave {describe(result)}, expected F, D and the parts")
    return result


def parts(x: Tensor) -> Mapping:
    _, _, found = split(x)
    if not isinstance(found, Mapping):
        raise TypeError(f"the parts are a {describe(found)}, expected a dict")
    return found


def numbers(x: Tensor, name: str) -> Tensor:
    """One part as (F, numbers), whatever its shape: another probe checks the shape."""
    part = torch.as_tensor(parts(x)[name])
    return part.reshape(len(part), -1)


@probe(0.25, "split_motion returns three things: F, D (both int) and a dict of the parts")
def structure(inputs: Inputs) -> str:
    def kind(value: object) -> str:
        if isinstance(value, Integral):
            return "int"
        return "dict" if isinstance(value, Mapping) else describe(value)

    result = split_motion(table(inputs))
    if not isinstance(result, (tuple, list)) or len(result) != 3:
        return describe(result)
    return ", ".join(map(kind, result))


@probe(0.5, "F is the number of frames and D the number of features of a frame")
def size(inputs: Inputs) -> str:
    frames, features, _ = split(table(inputs))
    return f"F = {int(frames)}, D = {int(features)}"


@probe(0.5, "The dict has the five names of LAYOUT")
def names(inputs: Inputs) -> str:
    return ", ".join(sorted(map(str, parts(table(inputs)))))


@probe(0.5, "Every part has the shape that the docstring gives, F first")
def shapes(inputs: Inputs) -> str:
    found = parts(table(inputs))
    return ", ".join(
        f"{name} {tuple(np.shape(found[name])) if name in found else 'missing'}" for name in LAYOUT
    )


@probe(0.5, "Root height, root velocity and yaw velocity are columns 0, 1 to 2 and 3", tolerance=1e-5)
def root(inputs: Inputs) -> Tensor:
    x = table(inputs)
    return torch.cat([numbers(x, name) for name in ("root_height", "root_velocity", "yaw_velocity")], dim=1)


@probe(0.5, "Rotations are the 132 columns 4 to 135, six adjacent ones for each joint", tolerance=1e-5)
def rotations(inputs: Inputs) -> Tensor:
    return numbers(table(inputs, 4), "rotations")


@probe(0.5, "Joints are the 69 columns 136 to 204, three adjacent ones for each joint", tolerance=1e-5)
def joints(inputs: Inputs) -> Tensor:
    return numbers(table(inputs, 2), "joints")


@probe(0.5, "The parts of a single frame are five tensors with F = 1 and the dtype of x (float64 here)")
def one_frame(inputs: Inputs) -> str:
    found = parts(table(inputs, 1).double())
    return ", ".join(f"{name}: {describe(found[name])}" for name in LAYOUT)


@probe(
    0.25,
    "The parts are those of this call's x: nothing is stored between calls. Whose parts come back",
    first="those of an earlier call",
)
def calls(inputs: Inputs) -> str:
    first, second = table(inputs), table(inputs) - 1000

    def values(x: Tensor) -> Tensor:
        return torch.cat([numbers(x, name) for name in parts(x)], dim=1).clone()

    before, other, after = values(first), values(second), values(first)
    if other.shape != before.shape or after.shape != before.shape:
        return "parts of another shape"
    return "those of x" if (before == after).all() and (before != other).any() else "those of an earlier call"


@probe(0.25, "D is read from x: with three columns more it is 208")
def wider(inputs: Inputs) -> str:
    split(table(inputs))
    try:
        _, features, _ = split(table(inputs, columns=D + 3))
    except Exception:  # noqa: BLE001 - as torch.split does, which is right too: the widths do not add up
        return "an error"
    return f"D = {int(features)}"


@probe(0.5, "The parts hold exactly the numbers of x (float64 here)")
def digits(inputs: Inputs) -> str:
    x = (table(inputs).double() + 1 / 3) ** 3
    same = all(bool((numbers(x, name) == x[:, columns]).all()) for name, columns in LAYOUT.items())
    return "the same numbers" if same else "other numbers"


ARGUMENTS = [arguments_kept(0.25, root, rotations, joints)]
