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

JOINTS = 22  # SMPL's without the two hand joints, as in HumanML3D


def motion_name(i: int) -> str:
    """The file of motion i, from 0: "00000.npy"."""
    return f"{i:05}.npy"


def text_name(caption: str) -> str:
    """The file that TMR's ``encode_text.py`` writes for a caption."""
    return caption.lower().replace(" ", "_") + ".npy"


def write_joints(folder: str | Path, motions: list[Motion], body: Body) -> None:
    """Write the joints of motions to ``00000.npy``, ...: (F, 22, 3) each, metres, at 20 frames per second.

    Columns are x, z, y of the Z-up world, a left-handed frame, as in HumanML3D's ``pose_data``; TMR negates
    x. Raises LabError where a file cannot be written.
    """
    for i, motion in enumerate(motions):
        joints = body.joints(motion)[:, :JOINTS, [0, 2, 1]].cpu().numpy()  # (F, 22, 3)
        with atomic_write(Path(folder) / motion_name(i)) as temporary:
            np.save(temporary, joints)


def read_features(folder: str | Path, captions: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Features of N captions and of their motions, in the order of `write_joints` → two arrays (N, W).

    Raises LabError where a file is missing or is not a finite vector, and where widths differ.
    """
    text = [_vector(Path(folder) / text_name(caption)) for caption in captions]
    motion = [_vector(Path(folder) / motion_name(i)) for i in range(len(captions))]
    if len({len(vector) for vector in text + motion}) != 1:
        raise LabError(
            f"{folder}: features of unequal width: empty it, and encode with one model (docs/tmr.md)"
        )
    return np.stack(text), np.stack(motion)


def _vector(path: Path) -> np.ndarray:
    """The features (W,) in a file. Raises LabError as `read_features` does."""
    path = existing_file(path, "TMR's features (docs/tmr.md has the commands that make them)")
    try:
        vector = np.load(path, allow_pickle=False)
    except UNREADABLE as error:
        raise LabError(f"{path} is no array of NumPy: encode it again with TMR (docs/tmr.md)") from error
    if vector.ndim != 1 or vector.dtype.kind != "f" or not np.isfinite(vector).all():
        raise LabError(f"{path}: expected finite features (W,), got {vector.dtype} {vector.shape}")
    return vector
