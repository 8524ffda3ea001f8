"""The example motions of Animated Drawings (Smith et al. 2023): BVH, Z up, and a CMU trial in Y up."""

from pathlib import Path

import numpy as np

from labkit.motion import Motion
from labkit_data.formats.bvh import read_bvh
from labkit_data.formats.text import any_case
from labkit_data.mocap import align_torso, on_floor
from labkit_data.pipeline import Raw
from labkit_data.retarget import both_sides, retarget, zero_pose_table
from labkit_data.sources import cmu
from labkit_data.t_pose import without_t_poses

NAME = "animated_drawings"
LICENSE = f"MIT, Meta Platforms, Inc. and affiliates; jumping_jacks: {cmu.LICENSE}"

SHOWN = {
    "dab": "dab",
    "jumping": "jump",
    "jumping_jacks": "jumping jacks",
    "wave_hello": "wave hello",
    "zombie": "walk like a zombie",
}
MAPPING = both_sides(
    dict(
        pelvis="Hips", spine1="Spine1", spine2="Spine2", spine3="Spine3", neck="Neck", head="Head",
        collar="*Shoulder", shoulder="*Arm", elbow="*ForeArm", wrist="*Hand", hip="*UpLeg",
        knee="*Leg", ankle="*Foot", foot="*ToeBase",
    ),
    "Left", "Right",
)  # fmt: skip
# The zero pose is a T-pose with +Z up that faces -Y.
TO_SMPL = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
METRE = 25.0  # about: lengths come out right by the length of the legs


def scan(path: Path) -> list[Raw]:
    """The five motions, in any folder under `path`."""
    return [
        # one of a kind each, and the trial's number is not known: none is for judging
        Raw(file.stem, file, dict(content=SHOWN[file.stem], description=SHOWN[file.stem], split="train"))
        for file in sorted(path.rglob("*" + any_case(".bvh")))
        if file.stem in SHOWN
    ]


def load(raw: Raw, body) -> Motion:
    """One motion on the body, without the T-pose it begins with. Raises LabError where its file is broken."""
    animation = read_bvh(raw.file, 1 / METRE)
    if not set(MAPPING.values()) <= set(animation.names):
        return cmu.load(raw, body)
    animation = animation.in_axes(TO_SMPL)
    table = align_torso(animation, zero_pose_table(animation, MAPPING, body), body)
    return without_t_poses(on_floor(retarget(animation, table, body, 0.0), body), body)
