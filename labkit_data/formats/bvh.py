"""BVH files: a skeleton written as nested joints, then one line of channel values a frame."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np

from labkit.paths import existing_file
from labkit_data.formats.animation import Animation, broken
from labkit_data.formats.text import numbers_apart, read_text, with_points

RATES = (120, 60, 30, 24, 25, 50, 100, 240, 90, 20, 30000 / 1001, 60000 / 1001, 120000 / 1001)  # Hz, in use


def read_bvh(path: str | Path, scale: float) -> Animation:
    """Read a BVH file; `scale` is metres per unit of the file (0.01 for centimetres).

    Rotation channels may come in any order and are composed in the order of the file. Position channels are
    the joint's place in its parent's frame, instead of its OFFSET; below the root, where a skeleton does not
    stretch, their mean over the frames is taken. A root that only has one child with position channels of
    its own (Bandai's ``joint_Root``) is folded into this child. End Sites are dropped.

    Supported variants: UTF-16, decimal commas, commas or semicolons between numbers, comments above joints,
    braces on a joint's line, keywords in any case, a prefix that all names share (``mixamorig:``), and a last
    row that was not counted.

    Raises LabError with file and line where the file is cut off or damaged.
    """
    path = existing_file(path, "BVH file")
    lines = read_text(path).splitlines()
    names, parents, offsets, channels, start = _read_hierarchy(path, lines)
    values, fps = _read_motion(path, lines, start, sum(map(len, channels)))

    if len({name.rpartition(":")[0] for name in names}) == 1:
        names = [name.rpartition(":")[2] for name in names]
    frames, joints = len(values), len(names)
    rotations = np.tile(np.eye(3), (frames, joints, 1, 1))
    places = np.tile(offsets, (frames, 1, 1))
    columns = iter(values.T)
    for j, own in enumerate(channels):
        for channel in own:
            axis, column = "XYZ".index(channel[0]), next(columns)
            if channel.endswith("position"):
                places[:, j, axis] = column
            else:
                rotations[:, j] = rotations[:, j] @ _about(axis, np.radians(column))

    if parents.count(0) == 1 and any(c.endswith("position") for c in channels[1]):
        places[:, 1] = places[:, 0] + np.einsum("fij,fj->fi", rotations[:, 0], places[:, 1])
        rotations[:, 1] = rotations[:, 0] @ rotations[:, 1]
        names, places, rotations = names[1:], places[:, 1:], rotations[:, 1:]
        parents = [p - 1 for p in parents[1:]]
    places = places * scale
    return Animation(names, parents, places.mean(axis=0), rotations, places[:, 0], fps)


def frame_rate(time: str) -> float:
    """Frames per second of a header's frame time, which may be rounded or cut: 0.008 is 120, 0.0166 is 60.

    The first of the usual rates whose frame time is written so; another one is taken as it is written.
    """
    value = float(time)
    unit = 10.0 ** int(Decimal(time).as_tuple().exponent)  # of the last digit
    for error in (1e-3 * unit, 0.5001 * unit, unit):  # exact, rounded, cut
        for rate in RATES:
            if abs(1 / rate - value) < min(error, 0.05 * value):
                return rate
    return round(1 / value, 2)


def _about(axis: int, angle: np.ndarray) -> np.ndarray:
    """Rotation matrices about a coordinate axis, (F,) → (F, 3, 3)."""
    matrix = np.zeros((len(angle), 3, 3))
    j, k = (axis + 1) % 3, (axis + 2) % 3
    matrix[:, axis, axis] = 1
    matrix[:, j, j] = matrix[:, k, k] = np.cos(angle)
    matrix[:, k, j] = np.sin(angle)
    matrix[:, j, k] = -matrix[:, k, j]
    return matrix


def _read_hierarchy(path: Path, lines: list[str]):
    """Names, parents, offsets (J, 3), channels of each joint, and how many lines they took with MOTION."""
    names, parents, offsets, channels = [], [], [], []
    open_joints, latest = [], -1  # -1: nothing, or an End Site, whose lines are skipped
    statements = (
        (number, part) for number, line in enumerate(lines, 1) for part in re.findall(r"[{}]|[^{}]+", line)
    )
    for number, part in statements:
        key, *words = part.split() or [""]
        match [key.upper(), *words]:
            case [""] | ["HIERARCHY"]:
                pass
            case [word, *_] if word.startswith("#"):
                pass
            case ["ROOT" | "JOINT", *name]:
                if bool(names) != bool(open_joints):
                    raise broken(path, number, "a second root, or a joint outside of the root")
                names.append(" ".join(name))
                parents.append(open_joints[-1] if open_joints else -1)
                offsets.append(np.zeros(3))
                channels.append([])
                latest = len(names) - 1
            case ["END", *_]:
                latest = -1
            case ["{"]:
                open_joints.append(latest)
            case ["}"] if open_joints:
                open_joints.pop()
            case ["OFFSET", *words] if open_joints and len(numbers_apart(" ".join(words)).split()) == 3:
                if open_joints[-1] >= 0:
                    words = numbers_apart(" ".join(words)).split()
                    offsets[open_joints[-1]] = _numbers(path, number, words)
            case ["CHANNELS", count, *own] if open_joints and count == str(len(own)):
                own = [channel.capitalize() for channel in own]
                known = {axis + kind for axis in "XYZ" for kind in ("position", "rotation")}
                if not known.issuperset(own):
                    raise broken(path, number, "an unknown channel")
                channels[open_joints[-1]] = own
            case ["MOTION"] if names and not open_joints:
                return names, parents, np.array(offsets), channels, number
            case _:
                raise broken(path, number, f"cannot read {part.strip()[:40]!r}")
    raise broken(path, len(lines), "no MOTION part")


def _read_motion(path: Path, lines: list[str], start: int, width: int) -> tuple[np.ndarray, float]:
    """The channel values (F, width) and the frames per second."""
    head, rows, frame_time = {}, [], ""
    for number, line in enumerate(lines[start:], start + 1):
        if ":" in line:
            key, value = line.lower().split(":", 1)
            value = with_points(value.strip())
            key = " ".join(key.split())
            head[key] = _numbers(path, number, [value])[0]
            if key == "frame time":
                frame_time = value
        elif line.strip():
            rows.append((number, numbers_apart(line)))
    if head.get("frames", 0) < 1 or head.get("frame time", 0) <= 0:
        raise broken(path, start, "no frames or no frame time")
    if len(rows) not in (head["frames"], head["frames"] + 1):  # some programs count the steps between rows
        raise broken(path, len(lines), f"{head['frames']:.0f} frames announced, {len(rows)} found")
    try:
        values = np.loadtxt([line for _, line in rows], ndmin=2)
    except ValueError:
        values = np.empty((0, 0))
    if values.shape != (len(rows), width) or not np.isfinite(values).all():
        for number, line in rows:  # parse line by line to find the invalid one
            found = _numbers(path, number, line.split())
            if len(found) != width:
                raise broken(path, number, f"{len(found)} values for {width} channels")
    return values, frame_rate(frame_time)


def _numbers(path: Path, line: int, words: list[str]) -> np.ndarray:
    try:
        values = np.array(words, dtype=float)
    except ValueError:
        raise broken(path, line, "not a number") from None
    if not np.isfinite(values).all():
        raise broken(path, line, "NaN or infinity")
    return values
