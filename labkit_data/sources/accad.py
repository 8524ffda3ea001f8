"""The ACCAD motions of "Female1" and "Male1" (Open Motion Project, Ohio State University): BVH, 30 fps.

File names identify recordings: ``Female1_B12_WalkTurnRight90.bvh`` is scene B12; T2 marks a second take, S2 a
second part of a scene. Both people have joints of the same names.
"""

import itertools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from labkit.motion import Motion
from labkit_data.formats.bvh import read_bvh
from labkit_data.formats.text import any_case
from labkit_data.mocap import Sentences, align_torso, captioned, on_floor, piece, read_sentences
from labkit_data.pipeline import Raw
from labkit_data.retarget import Table, align_limbs, both_sides, retarget, zero_pose_table
from labkit_data.sources.cmu import span
from labkit_data.timing import stretched

NAME = "accad"
LICENSE = "CC BY 3.0, Advanced Computing Center for the Arts and Design, The Ohio State University"
# The recordings' floor rises by this much a metre along our X and Y: fitted to resting feet, both subjects.
SLOPE = (0.008, 0.004)

MAPPING = both_sides(
    dict(
        pelvis="Hips", spine1="Spine", spine3="Spine1", neck="Neck", head="Head",
        collar="*Shoulder", shoulder="*Arm", elbow="*ForeArm", wrist="*Hand", hip="*UpLeg",
        knee="*Leg", ankle="*Foot", foot="*ToeBase",
    ),
    "Left", "Right",
)  # fmt: skip


def _male1() -> Table:
    """Male1's joints: legs and ToSpine have SMPL's axes, spine and shoulders x up, y forward, z to the left.

    The turns of spine and head beside those are measured on his standing and walking clips.
    """
    upwards = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0.0]])
    axes = dict.fromkeys(MAPPING, np.eye(3)) | {
        "spine1": Rotation.from_euler("YXZ", [-18.7, -7, -3.8], degrees=True).as_matrix() @ upwards,
        "spine3": upwards,
        "head": Rotation.from_euler("YXZ", [9, 5, 90], degrees=True).as_matrix(),
        "left_collar": upwards,
        "right_collar": upwards,
    }
    axes |= {f"right_{joint}": np.diag([-1.0, 1.0, -1.0]) for joint in ("shoulder", "elbow", "wrist")}
    mapping = MAPPING | {"pelvis": "ToSpine"}
    return {joint: (source, axes[joint]) for joint, source in mapping.items() if joint != "neck"}


MALE1 = _male1()

# The described recordings of Male1 in AMASS that are the BVH files' takes: names and lengths agree.
_MALE1 = {
    "A3_SwingArms": "General A3 - Swing Arms While Stand",
    "A5_PickUpBox": "General A5 - Pick Up Box",
    "A11_CrawlForward": "General A11 -   Military Crawl Forward",
    "A12_CrawlBackward": "General A12 -   Military Crawl Backwards",
}
# What the names of Male1's files say in other words than those of Female1, or wrongly.
_REWORDED = {
    "walk trun change": "walk turn change direction",
    "walk to turn left 90": "walk turn left 90",
    "walk backwards turn forward": "walk backwards turn forwards",
    "walk backwards to forward": "walk backwards stop forwards",
    "lie down": "lie",  # all the time
    "crawl forward": "crawl forward on the stomach",
    "crawl backwards": "crawl backwards on the stomach",
}


def scan(path: Path) -> list[Raw]:
    """The clips under `path`, in any folder; sentences as `mocap.read_sentences` finds them."""
    found, sentences = [], read_sentences(path)
    keys = {f"Female1_{scene(key.split('/')[-1])}": key for key in sorted(_female1(sentences))}
    keys |= {f"Male1_{scene(stem)}": f"ACCAD/Male1General_c3d/{name}" for stem, name in _MALE1.items()}
    files = (path.rglob(f"{subject}_*{any_case('.bvh')}") for subject in ("Female1", "Male1"))
    for file in sorted(itertools.chain(*files)):
        subject, name = file.stem.split("_", 1)
        raw = Raw(file.stem, file, labels(file.stem))
        found.append((raw, keys.get(f"{subject}_{scene(name)}", "")))
    return captioned(found, sentences, span)


def scene(name: str) -> str:
    """What AMASS's "B13 - walk turn right (45)" and the file's "B13_WalkTurnRight45" have in common.

    A 1 at the end is dropped: "Wait 1" is "Wait".
    """
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    return re.sub(r"^([a-z])0*", r"\1", letters).rstrip("1")


def labels(stem: str) -> dict[str, str]:
    """Content, description and take from a file's name without its suffix."""
    subject, words = stem.split("_", 1)
    words = re.sub(r"^[A-D]\d+_(S\d_)?|_Take_\d+$|_Working$", "", words)
    take = re.search(r"T(\d)$", words)
    words = re.sub(r"T\d$|(?<=[a-z])1$", "", words)
    words = re.sub(r"(?<=[a-z])2(?=[A-Z])", "To", words)  # "Walk2Hop2Walk"
    words = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", words).lower()
    words = re.sub(r"\bback(ward)?\b", "backwards", words.replace("pickup", "pick up"))
    if subject == "Male1":
        words = _REWORDED.get(words, words)
    words = re.sub(r"(\d\d+)$", r"\1 degrees", words)
    return dict(content=words, description=words, subject=subject, take=take[1] if take else "1")


def load(raw: Raw, body) -> Motion:
    """One clip or piece of it on the body. Raises LabError where its file is broken."""
    animation = read_bvh(raw.file, scale=0.01)
    if raw.labels["subject"] == "Male1":
        animation.require(raw.file, (source for source, _ in MALE1.values()))
        table = align_limbs(animation, MALE1, body)
    else:
        animation.require(raw.file, MAPPING.values())
        table = align_torso(animation, zero_pose_table(animation, MAPPING, body), body)
    animation = stretched(animation, raw)
    motion = level(retarget(animation, table, body, 0.0))
    return piece(on_floor(motion, body), raw, animation.start)


def level(motion: Motion) -> Motion:
    """The motion over a floor that does not rise."""
    rise = motion.pelvis[:, :2] @ motion.pelvis.new_tensor(SLOPE)
    return replace(motion, pelvis=motion.pelvis - rise[:, None] * motion.pelvis.new_tensor([0, 0, 1]))


def _female1(sentences: Sentences) -> set[str]:
    return {key for key in sentences.lengths if key.startswith("ACCAD/Female1")}
