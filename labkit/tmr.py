"""Features by TMR's own weights (Petrovich et al. 2023), through files that TMR's own code reads and writes.

labkit has neither that code (https://github.com/Mathux/TMR, MIT) nor the weights. `write_joints` writes what
its ``prepare.compute_guoh3dfeats`` reads; `read_features` reads what its ``encode_motion.py`` and
``encode_text.py`` write. docs/tmr.md has the commands between the two.
Letters: N motions, F frames, W width of the features.
"""

from pathlib import Path

import numpy as np

from labkit.body import Body
from labkit.motion import Motion
from labkit.paths import UNREADABLE, LabError, atomic_write, existing_file

JOINTS = 22  # SMPL's without the hands, as in HumanML3D


def motion_name(i: int) -> str:
    return f"{i:05}.npy"


def text_name(caption: str) -> str:
    """The file that TMR's ``encode_text.py`` makes of a caption."""
    return caption.lower().replace(" ", "_") + ".npy"


def write_joints(folder: str | Path, motions: list[Motion], body: Body) -> None:
    """Write ``00000.npy``, ... (F, 22, 3), metres, 20 frames a second, with the axes of HumanML3D's motions.

    Those are x, z, y of the Z-up world: a mirrored frame, as its ``pose_data`` has it; TMR negates x.
    """
    for i, motion in enumerate(motions):
        joints = body.joints(motion)[:, :JOINTS, [0, 2, 1]].cpu().numpy()
        with atomic_write(Path(folder) / motion_name(i)) as temporary:
            np.save(temporary, joints)


def read_features(folder: str | Path, captions: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Features of N captions and of their motions, in the order of `write_joints` → two (N, W).

    Raises LabError for a file that is missing or is no such vector.
    """
    text = [_vector(Path(folder) / text_name(caption)) for caption in captions]
    motion = [_vector(Path(folder) / motion_name(i)) for i in range(len(captions))]
    if len({len(vector) for vector in text + motion}) != 1:
        raise LabError(
            f"{folder}: features of unequal width: empty it, and encode with one model (docs/tmr.md)"
        )
    return np.stack(text), np.stack(motion)


def _vector(path: Path) -> np.ndarray:
    path = existing_file(path, "TMR's features (docs/tmr.md has the commands that make them)")
    try:
        vector = np.load(path, allow_pickle=False)
    except UNREADABLE as error:
        raise LabError(f"{path} is no array of NumPy: encode it again with TMR (docs/tmr.md)") from error
    if vector.ndim != 1 or vector.dtype.kind != "f" or not np.isfinite(vector).all():
        raise LabError(f"{path}: expected finite features (W,), got {vector.dtype} {vector.shape}")
    return vector
