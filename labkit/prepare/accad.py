"""The ACCAD motions of "Female1" (Open Motion Project, Ohio State University): BVH, one skeleton, 30 fps.

The file name tells all: ``Female1_B12_WalkTurnRight90.bvh`` is scene B12; T2 marks a second take, S2 a second
part of a scene.
"""

import re
from pathlib import Path

from labkit.motion import Motion
from labkit.prepare.bvh import read_bvh
from labkit.prepare.cmu import span
from labkit.prepare.mocap import Sentences, align_torso, describe, on_floor, piece, read_sentences
from labkit.prepare.pipeline import Raw
from labkit.prepare.retarget import retarget, zero_pose_table
from labkit.prepare.timing import stretched

NAME = "accad"
LICENSE = "CC BY 3.0, Advanced Computing Center for the Arts and Design, The Ohio State University"

MAPPING = {"pelvis": "Hips", "spine1": "Spine", "spine3": "Spine1", "neck": "Neck", "head": "Head"}
MAPPING |= {
    f"{side}_{joint}": f"{side.title()}{source}"
    for side in ("left", "right")
    for joint, source in (
        ("collar", "Shoulder"),
        ("shoulder", "Arm"),
        ("elbow", "ForeArm"),
        ("wrist", "Hand"),
        ("hip", "UpLeg"),
        ("knee", "Leg"),
        ("ankle", "Foot"),
        ("foot", "ToeBase"),
    )
}


def scan(path: Path) -> list[Raw]:
    """The clips under `path`, in any folder; sentences as `mocap.read_sentences` finds them."""
    found, sentences = [], read_sentences(path)
    keys = {scene(key.split("/")[-1]): key for key in sorted(_female1(sentences))}
    for file in sorted(path.rglob("Female1_*.bvh")):
        raw = Raw(file.stem, file, labels(file.stem))
        found.append((raw, keys.get(scene(file.stem.removeprefix("Female1_")), "")))
    return describe(found, sentences, span)


def scene(name: str) -> str:
    """What AMASS's "B13 - walk turn right (45)" and the file's "B13_WalkTurnRight45" have in common.

    A 1 at the end is dropped: "Wait 1" is "Wait".
    """
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    return re.sub(r"^([a-z])0*", r"\1", letters).rstrip("1")


def labels(stem: str) -> dict[str, str]:
    """Content, description and take from a file's name without its suffix."""
    words = re.sub(r"^Female1_[A-D]\d+_(S\d_)?", "", stem)
    take = re.search(r"T(\d)$", words)
    words = re.sub(r"T\d$|(?<=[a-z])1$", "", words)
    words = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", words).lower()
    words = re.sub(r"(\d+)$", r"\1 degrees", words)
    return dict(content=words, description=words, subject="Female1", take=take[1] if take else "1")


def load(raw: Raw, body) -> Motion:
    """One clip or piece of it on the body. Raises LabError where its file is broken."""
    animation = read_bvh(raw.file, scale=0.01)
    table = align_torso(animation, zero_pose_table(animation, MAPPING, body), body)
    animation = stretched(animation, raw)
    return piece(on_floor(retarget(animation, table, body, 0.0), body), raw, animation.start)


def _female1(sentences: Sentences) -> set[str]:
    return {key for key in sentences.lengths if key.startswith("ACCAD/Female1")}
