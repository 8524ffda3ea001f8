"""The Bandai-Namco Research motion data set, as in its GitHub repository: BVH, one skeleton, 30 fps.

Kobayashi et al. 2023, "Motion Capture Dataset for Practical Use of AI-based Motion Editing and Stylization".
File names give content, style and take (``dataset-2_wave-left-hand_active_003.bvh``); the JSON beside each
repeats content and style as numbers and is not needed.
"""

import re
from pathlib import Path

import numpy as np

from labkit.motion import Motion
from labkit_data.formats.bvh import read_bvh
from labkit_data.formats.text import any_case
from labkit_data.pipeline import Raw
from labkit_data.retarget import Table, align_limbs, ankle_height, leg_ratio, retarget

NAME = "bandai"
LICENSE = "CC BY-NC 4.0, Bandai Namco Research Inc."
ANKLE_HEIGHT = 0.1122  # metres, ankle joint over the floor while the sole lies flat: best for all clips
_CLIP = r"(?P<dataset>dataset-\d)_(?P<content>[^_]+)_(?P<style>[^_]+)_(?P<take>\d+)"


def scan(path: Path) -> list[Raw]:
    """The clips of the repository, its ``dataset`` folder, one of its two parts, or one ``data`` folder."""
    for folder in ("", "data", "*/data", "dataset/*/data"):
        files = sorted(path.glob(f"{folder}/dataset-*{any_case('.bvh')}".lstrip("/")))
        found = [(file, re.fullmatch(_CLIP, file.stem)) for file in files]
        raws = [Raw(file.stem, file, match.groupdict()) for file, match in found if match]
        if raws:
            return raws
    return []


def load(raw: Raw, body) -> Motion:
    """One clip on the body. Raises LabError where its file is broken."""
    animation = read_bvh(raw.file, scale=0.01)
    animation.require(raw.file, (source for source, _ in TABLE.values()))
    table = align_limbs(animation, TABLE, body)
    floor = ankle_height(body) - leg_ratio(animation, table, body) * ANKLE_HEIGHT
    return retarget(animation, table, body, floor)


def _axes(x: tuple, y: tuple) -> np.ndarray:
    """A of a joint whose local x and y axes lie along these directions of SMPL's rest pose."""
    return np.column_stack([x, y, np.cross(x, y)]).astype(float)


def _foot(degrees: float, side: int) -> np.ndarray:
    """A of a foot joint whose bone points down by `degrees` when the sole is flat; side: 1 left, -1 right."""
    pitch = np.radians(degrees)
    return _axes((0, -side * np.sin(pitch), side * np.cos(pitch)), (1, 0, 0))


def _table() -> Table:
    spine = _axes((0, 1, 0), (0, 0, 1))
    table = {
        "pelvis": ("Hips", _axes((0, 1, 0), (-1, 0, 0))),
        "spine2": ("Spine", spine),
        "spine3": ("Chest", spine),
        "neck": ("Neck", spine),
        "head": ("Head", spine),
    }
    for name, letter, side in (("left", "L", 1), ("right", "R", -1)):
        arm, leg = np.diag([1.0, side, side]), _axes((0, -side, 0), (1, 0, 0))
        for joint, source, axes in (
            ("collar", "Shoulder", arm),
            ("shoulder", "UpperArm", arm),
            ("elbow", "LowerArm", arm),
            ("wrist", "Hand", arm),
            ("hip", "UpperLeg", leg),
            ("knee", "LowerLeg", leg),
            ("ankle", "Foot", _foot(39.6, side)),
            ("foot", "Toes", _foot(23.0, side)),
        ):
            table[f"{name}_{joint}"] = f"{source}_{letter}", axes
    return table


TABLE = _table()
