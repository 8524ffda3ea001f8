"""One compact file of captioned motions: a plain ``.npz``, no pickles.

Poses are axis-angle in steps of 1e-4 rad (int16), pelvis positions in steps of 0.1 mm (int32), both as
differences from frame to frame, which compress three times better than the values.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from labkit.motion import Motion
from labkit.paths import UNREADABLE, LabError, atomic_write, check_npz, existing_file

STEP = 1e-4  # of the quantisation, radians and metres
SPLITS = ("train", "val", "test_a", "test_b")
# Kinds of .npz files that users confuse: arrays by which they are recognised; what it is and the next step
KINDS = {
    "store": ({"index", "about", "lengths"}, "a store of motions: python -m labkit visualize 0 --source {}"),
    "motion": ({"global_orient", "body_pose", "transl"}, "a single motion: python -m labkit visualize {}"),
    "amass": (
        {"poses", "trans"},
        "a motion of AMASS: prepare AMASS with python -m labkit_data prepare --source humanml3d",
    ),
    "body": ({"v_template", "weights"}, "a body: give it as --body"),
}


@dataclass(frozen=True)
class Clip:
    """A captioned motion, its labels, and the split it belongs to.

    name: unique within its source.
    motion: (F, ...), float32 on the CPU.
    captions: one or more sentences in plain English.
    labels: what is known beside the sentences ("content", "style", "subject", ...).
    split: one of SPLITS; test_a holds out takes, test_b whole content × style combinations.
    """

    name: str
    motion: Motion
    captions: tuple[str, ...]
    labels: dict[str, str] = field(default_factory=dict)
    split: str = "train"


def write_store(path: str | Path, clips: Sequence[Clip], about: dict) -> None:
    """Write `clips`, at least one, to `path`. `about` states their origin: source, licence and the like.

    Raises ValueError where a number is not finite or an axis-angle too long for an int16 (3.2767 rad), and
    LabError where `path` cannot be written.
    """
    pose = np.concatenate(
        [torch.cat([c.motion.global_orient, c.motion.body_pose], -1).numpy() for c in clips]
    )  # (ΣF_i, 66)
    pelvis = np.concatenate([c.motion.pelvis.numpy() for c in clips])  # (ΣF_i, 3)
    if not (np.abs(pose).max() <= STEP * np.iinfo(np.int16).max and np.isfinite(pelvis).all()):
        raise ValueError("a motion is not finite or turns by over half a turn: see Motion.from_rotations")
    index = [dict(name=c.name, captions=c.captions, labels=c.labels, split=c.split) for c in clips]
    with atomic_write(path) as temporary:
        np.savez_compressed(
            temporary,
            # int16 differences wrap around, and summing them wraps back
            pose=np.diff(np.round(pose / STEP).astype(np.int16), axis=0, prepend=np.int16(0)),
            pelvis=np.diff(np.round(pelvis / STEP).astype(np.int32), axis=0, prepend=np.int32(0)),
            lengths=np.array([len(c.motion) for c in clips], dtype=np.int32),
            index=np.frombuffer(json.dumps(index).encode(), np.uint8),
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
        )


def read_store(path: str | Path) -> tuple[list[Clip], dict]:
    """The clips and the `about` of a store. Motions are (F, ...) float32, quantised in steps of STEP.

    Raises LabError where the file is missing, damaged, or not a store.
    """
    path = existing_file(path, "motion store")
    try:
        check_npz(path)
        with np.load(path, allow_pickle=False) as file:
            pose = (np.cumsum(file["pose"], axis=0, dtype=np.int16) * STEP).astype(np.float32)
            pelvis = (np.cumsum(file["pelvis"], axis=0, dtype=np.int32) * STEP).astype(np.float32)
            lengths = file["lengths"].tolist()
            index = json.loads(file["index"].tobytes())
            about = json.loads(file["about"].tobytes())
        parts = torch.from_numpy(pose).split(lengths), torch.from_numpy(pelvis).split(lengths)
        clips = [
            Clip(e["name"], Motion(p[:, :3], p[:, 3:], r), tuple(e["captions"]), e["labels"], e["split"])
            for e, p, r in zip(index, *parts, strict=True)
        ]
    except UNREADABLE as error:
        if other := other_kind(path, "store"):
            raise LabError(f"{path} is {other}") from error
        why = " ".join(str(error).split())
        raise LabError(f"{path} is not a motion store or is damaged ({why}): prepare it again") from error
    return clips, about


def other_kind(path: Path, expected: str) -> str:
    """What an .npz file of another of the KINDS than `expected` is, and the next step; otherwise empty."""
    try:
        check_npz(path)
        with np.load(path, allow_pickle=False) as file:
            names = set(file.files)
    except UNREADABLE:
        return ""
    found = next((kind for kind, (arrays, _) in KINDS.items() if arrays <= names), expected)
    return "" if found == expected else KINDS[found][1].format(path)
