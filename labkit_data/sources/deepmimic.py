"""Clips of DeepMimic (Peng et al. 2018) and CMU trials in its form: JSON frames of a 12-joint humanoid.

The repository also holds clips of Sony Interactive Entertainment (SIE), which are not for commercial use.
"""

import json
import re
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from labkit.motion import Motion
from labkit.paths import LabError, existing_file
from labkit_data.formats.animation import Animation
from labkit_data.formats.text import any_case, read_text
from labkit_data.mocap import align_torso, captioned, on_floor, piece, read_sentences
from labkit_data.pipeline import Raw
from labkit_data.retarget import retarget, zero_pose_table
from labkit_data.sources import cmu
from labkit_data.timing import Span, stretched

NAME = "deepmimic"
LICENSE = (
    f"clips of DeepMimic: MIT, Xue Bin Peng 2018; CMU trials: {cmu.LICENSE}; "
    "sie_*: CC BY-NC 4.0, 2021 Sony Interactive Entertainment"
)
OWN = r"(?:sie_)?humanoid3d_(.*?)(\d*)"  # names of files that are not CMU's trials: clip and take

# The humanoid at rest, from the repository's humanoid3d.txt: Y up, facing +X, right is +Z, limbs hang down.
# name: parent, offset in metres, numbers in a frame: 4 a quaternion w x y z, 1 a hinge about Z, 0 none
SKELETON = {
    "root": (None, (0, 0, 0), 4),
    "chest": ("root", (0, 0.236151, 0), 4),
    "neck": ("chest", (0, 0.223894, 0), 4),
    "right_hip": ("root", (0, 0, 0.084887), 4),
    "right_knee": ("right_hip", (0, -0.421546, 0), 1),
    "right_ankle": ("right_knee", (0, -0.40987, 0), 4),
    "right_toe": ("right_ankle", (0.1335, -0.05, 0), 0),  # the front edge of the foot's box
    "right_shoulder": ("chest", (-0.02405, 0.2435, 0.18311), 4),
    "right_elbow": ("right_shoulder", (0, -0.274788, 0), 1),
    "right_wrist": ("right_elbow", (0, -0.258947, 0), 0),
    "left_hip": ("root", (0, 0, -0.084887), 4),
    "left_knee": ("left_hip", (0, -0.421546, 0), 1),
    "left_ankle": ("left_knee", (0, -0.40987, 0), 4),
    "left_toe": ("left_ankle", (0.1335, -0.05, 0), 0),
    "left_shoulder": ("chest", (-0.02405, 0.2435, -0.18311), 4),
    "left_elbow": ("left_shoulder", (0, -0.274788, 0), 1),
    "left_wrist": ("left_elbow", (0, -0.258947, 0), 0),
}
WIDTH = 4 + sum(width for _, _, width in SKELETON.values())  # duration, root position, rotations


_SIDES = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
MAPPING = {"pelvis": "root", "spine3": "chest", "head": "neck"}
MAPPING |= {f"{side}_{joint}": f"{side}_{joint}" for side in ("left", "right") for joint in _SIDES}
MAPPING |= {f"{side}_foot": f"{side}_toe" for side in ("left", "right")}

# From the humanoid's axes to those of SMPL's rest pose: +X forward, +Z right → +Z forward, -X right.
TO_SMPL = np.array([[0.0, 0, -1], [0, 1, 0], [1, 0, 0]])

# What the clips of the repository show, where the file's name does not say it in full.
DESCRIPTIONS = {
    "backflip": "backflip",
    "crawl": "crawl on hands and knees",
    "dance_a": "dance",
    "dance_b": "dance",
    "dance_spin": "dance, spin around",
    "punch_forward": "punch with the right hand",
    "punch_left": "punch with the right hand",  # at an opponent on the left
    "run_forward": "run",
    "run_left": "run",
    "run_right": "run",
    "getup_facedown": "get up from lying face down",
    "getup_faceup": "get up from lying on the back",
    "roll": "roll forward on the ground",
    "sideflip": "sideflip",
    "spin": "spin around",
    "spinkick": "spin kick",
    "zombie_walk": "walk like a zombie",
    "long_zombie": "walk like a zombie",
    "stealthy_walk": "sneak, walk stealthily",
}


def scan(path: Path) -> list[Raw]:
    """The clips under `path`: ``humanoid3d_*.txt``, also after ``sie_``, and CMU trials ``NN_TT.txt``.

    Mirrored copies are left out, since training mirrors by itself.
    """
    sentences, found = read_sentences(path), []
    for file in sorted(path.rglob("*" + any_case(".txt"))):
        if re.fullmatch(r"\d+_\d+", file.stem):
            raw = Raw(file.stem, file, cmu.trial_labels(file.stem, sentences))
            found.append((raw, cmu.amass_key(file.stem)))
        elif (clip := re.fullmatch(OWN, file.stem)) and not file.stem.endswith("_mirror"):
            name, take = clip.groups()
            description = DESCRIPTIONS.get(name, name.removeprefix("long_").replace("_", " "))
            labels = dict(content=description.split(",")[0], description=description, take=take)
            found.append((Raw(file.stem, file, labels), ""))
    return captioned(found, sentences, span)


def span(file: Path) -> Span:
    """The length and rate of a clip."""
    animation = read_deepmimic(file)
    return Span(0.0, len(animation.root) / animation.fps, animation.fps)


def load(raw: Raw, body) -> Motion:
    """One clip or piece of it on the body. Raises LabError where its file is broken."""
    animation = read_deepmimic(raw.file).in_axes(TO_SMPL)
    table = align_torso(animation, zero_pose_table(animation, MAPPING, body), body)
    animation = stretched(animation, raw)
    return piece(on_floor(retarget(animation, table, body, 0.0), body), raw, animation.start)


def read_deepmimic(path: str | Path) -> Animation:
    """Read a DeepMimic motion: 17 joints, metres, at the rate given by its frame durations.

    Raises LabError where the file is broken.
    """
    path = existing_file(path, "DeepMimic motion")
    try:
        frames = np.array(json.loads(read_text(path))["Frames"], float)
    except (ValueError, KeyError, TypeError) as error:
        raise LabError(f"{path} is not a DeepMimic motion ({error}): get it again") from error
    if frames.ndim != 2 or frames.shape[1] != WIDTH or not np.isfinite(frames).all():
        raise LabError(
            f"{path}: frames of shape {frames.shape[1:]}, expected {WIDTH} numbers each: get it again"
        )
    duration = np.median(frames[:, 0])
    if duration <= 0:
        raise LabError(f"{path}: frames without duration: get it again")
    rotations = np.tile(np.eye(3), (len(frames), len(SKELETON), 1, 1))
    column = 4
    for j, (_, _, width) in enumerate(SKELETON.values()):
        values = frames[:, column : column + width]
        if width == 4:
            rotations[:, j] = Rotation.from_quat(values, scalar_first=True).as_matrix()
        elif width == 1:
            rotations[:, j] = Rotation.from_euler("z", values).as_matrix()
        column += width
    names = list(SKELETON)
    parents = [-1 if parent is None else names.index(parent) for parent, _, _ in SKELETON.values()]
    offsets = np.array([offset for _, offset, _ in SKELETON.values()], float)
    return Animation(names, parents, offsets, rotations, frames[:, 1:4], round(1 / duration, 2))
