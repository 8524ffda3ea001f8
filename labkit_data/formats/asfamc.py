"""Reader of Acclaim motion capture: a skeleton (.asf) and its motion (.amc), as CMU publishes them.

A bone of an ASF file starts where its parent ends. It turns by C M C⁻¹: C takes the world's axes to the
bone's ``axis``, M is made of the AMC file's angles about those (J. Lander, "Working with motion capture file
formats", Game Developer, January 1998). With all angles zero every bone's axes are the world's. What an
`Animation` calls a joint is here the start of the bone of the same name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from labkit.paths import LabError, existing_file
from labkit_data.formats.animation import Animation, broken
from labkit_data.formats.text import read_text, with_points

FPS = 120.0  # the rate of most of CMU; the files do not state it
INCH = 0.0254


@dataclass
class _Bone:
    """parent: name, None for the root. end: (3,) from the bone's start to its end, metres. axis: C.
    channels: its values in the AMC file, in order, such as ["rx", "rz"]."""

    parent: str | None = None
    end: np.ndarray = field(default_factory=lambda: np.zeros(3))
    axis: Rotation = field(default_factory=Rotation.identity)
    channels: list[str] = field(default_factory=list)


def read_asf_amc(asf_path: str | Path, amc_path: str | Path) -> Animation:
    """The animation of `amc_path` on the skeleton of `asf_path`: J bones, metres, 120 frames per second.

    Frame number n was recorded at (n - 1) / 120 s: files of which the start was cut off keep their numbers.
    Raises LabError naming the file and the line where one of them is missing or broken.
    """
    bones, scale = _read_asf(existing_file(asf_path, "ASF skeleton"))
    values, first = _read_amc(existing_file(amc_path, "AMC motion"), bones)
    frames, names = len(values["root"]), list(bones)
    rotations = np.tile(np.eye(3), (frames, len(names), 1, 1))
    for j, (name, bone) in enumerate(bones.items()):
        turns = [i for i, channel in enumerate(bone.channels) if channel[0] == "r"]
        if turns:
            # About fixed axes in the order of the channels: scipy's lower-case letters.
            order = "".join(bone.channels[i][1] for i in turns)
            turn = Rotation.from_euler(order, values[name][:, turns], degrees=True)
            rotations[:, j] = (bone.axis * turn * bone.axis.inv()).as_matrix()
    root = scale * values["root"][:, [bones["root"].channels.index(c) for c in ("tx", "ty", "tz")]]
    parents = [-1 if bone.parent is None else names.index(bone.parent) for bone in bones.values()]
    offsets = np.array([np.zeros(3) if p < 0 else bones[names[p]].end for p in parents])
    return Animation(names, parents, offsets, rotations, root, FPS, start_time(first))


def start_time(first: int) -> float:
    """The seconds at which a frame of this number was recorded. Files written by others may begin with 0."""
    return max(first - 1, 0) / FPS


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line numbers from 1 and words of the lines that hold something."""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, with_points(line).split()


def _read_asf(path: Path) -> tuple[dict[str, _Bone], float]:
    """The bones by name, parents first, and the metres in one unit of length."""
    scale, found, bones = INCH, {"root": _Bone()}, {}
    section, name = "", ""
    for number, (key, *values) in _lines(path):
        try:
            if key.startswith(":"):
                section = key
            elif section == ":units" and key == "length":
                scale = INCH / float(values[0])
            elif section == ":units" and key == "angle" and values[0] != "deg":
                raise ValueError(f"angles in {values[0]}, expected deg")
            elif section == ":root" and key == "order":
                found["root"].channels = [v.lower() for v in values]
            elif section == ":root" and key in ("position", "orientation") and any(map(float, values)):
                raise ValueError(f"a root {key} other than 0 0 0")
            elif section == ":bonedata" and key == "name":
                name = values[0]
                found[name] = _Bone()
            elif section == ":bonedata" and key == "direction":
                found[name].end = np.array(values[:3], float)
            elif section == ":bonedata" and key == "length":
                found[name].end *= scale * float(values[0])
            elif section == ":bonedata" and key == "axis":
                angles = [float(v) for v in values[:3]]
                found[name].axis = Rotation.from_euler(values[3].lower(), angles, degrees=True)
            elif section == ":bonedata" and key == "dof":
                if not set(values) <= {"rx", "ry", "rz"}:
                    raise ValueError(f"dof {' '.join(values)}, expected rx, ry, rz")
                found[name].channels = values
            elif section == ":hierarchy" and key not in ("begin", "end"):
                bones.setdefault(key, found[key])
                for child in values:
                    found[child].parent = key
                    bones[child] = found[child]
        except KeyError as error:
            raise broken(path, number, f"no bone {error} in this skeleton") from error
        except (IndexError, ValueError) as error:
            raise broken(path, number, f"cannot read this skeleton: {error}") from error
    if sorted(bones.get("root", _Bone()).channels) != ["rx", "ry", "rz", "tx", "ty", "tz"]:
        raise LabError(f"{path}: no hierarchy or no root order: the file is cut short, get it again")
    return bones, scale


def _read_amc(path: Path, bones: dict[str, _Bone]) -> tuple[dict[str, np.ndarray], int]:
    """The numbers of each bone that has channels, (F, channels), and the number of the first frame."""
    values = {name: [] for name, bone in bones.items() if bone.channels}
    frames = first = 0
    for number, (key, *words) in _lines(path):
        if key.isdigit():
            first = first if frames else int(key)
            if int(key) != first + frames:
                raise broken(path, number, f"frame {key} where {first + frames} should follow")
            frames += 1
        elif key.startswith(":"):
            if key.lower() == ":radians":
                raise broken(path, number, "angles in radians, expected :DEGREES")
        elif key not in values:
            raise broken(path, number, f"bone {key!r} is not in this subject's .asf")
        else:
            try:
                row = [float(word) for word in words]
            except ValueError as error:
                raise broken(path, number, f"not a number ({error})") from error
            expected = len(bones[key].channels)
            if len(row) != expected:
                raise broken(path, number, f"{len(row)} numbers for {key}, expected {expected}")
            values[key].append(row)
            if len(values[key]) != frames:
                raise broken(path, number, f"{key} is there {len(values[key])} times in {frames} frames")
    for name, rows in values.items():
        if not rows or len(rows) != frames:
            raise LabError(
                f"{path}: {name} is missing in frame {len(rows) + 1}: the file is cut short, get it again"
            )
    return {name: np.array(rows) for name, rows in values.items()}, first
