"""One motion as a file: SMPL parameters in a plain ``.npz``, with the names that smplx gives them."""

from pathlib import Path

import numpy as np
import torch

from labkit.body import Body
from labkit.motion import FPS, Motion
from labkit.paths import UNREADABLE, LabError, atomic_write, check_npz, existing_file
from labkit.store import other_kind


def write_smpl(path: str | Path, motion: Motion, body: Body, caption: str = "") -> None:
    """Write global_orient (F, 3), body_pose (F, 63), transl (F, 3), betas (10,), frame rate and caption.

    Radians and metres, Z up; betas are 0. The frame rate is called mocap_frame_rate, as in AMASS. Raises
    LabError where `path` cannot be written.
    """
    with atomic_write(path) as temporary:
        np.savez_compressed(
            temporary,
            global_orient=motion.global_orient.cpu().numpy(),
            body_pose=motion.body_pose.cpu().numpy(),
            transl=body.transl(motion).cpu().numpy(),
            betas=np.zeros(10, np.float32),
            mocap_frame_rate=FPS,
            caption=caption,
        )


def read_smpl(path: str | Path, body: Body) -> tuple[Motion, str]:
    """The motion (F, ...) of a file that `write_smpl` wrote, and its caption; betas are ignored.

    body: its rest pelvis turns transl into the pelvis position. Raises LabError where the file is missing or
    not such a file, and where its frame rate is not FPS.
    """
    path = existing_file(path, "motion file")
    if other := _other_kind(path):
        raise LabError(f"{path} is {other}")
    try:
        check_npz(path)
        with np.load(path, allow_pickle=False) as file:
            orient, pose, transl = (
                torch.from_numpy(file[key].astype(np.float32))
                for key in ("global_orient", "body_pose", "transl")
            )
            fps, caption = float(file["mocap_frame_rate"]), str(file["caption"])
    except UNREADABLE as error:
        why = " ".join(str(error).split())
        raise LabError(
            f"{path} is not a motion with SMPL parameters ({why}): make one with python -m labkit generate"
        ) from error
    if not (orient.shape == transl.shape == (*pose.shape[:1], 3) and pose.shape[1:] == (63,)):
        raise LabError(f"{path}: expected global_orient (F, 3), body_pose (F, 63) and transl (F, 3)")
    if fps != FPS:
        raise LabError(f"{path} has {fps:g} frames per second: resample it to {FPS}")
    return Motion(orient, pose, transl + body.rest_joints[0]), caption


def _other_kind(path: Path) -> str:
    """What a file of another known kind is, and the next step; empty for others."""
    try:
        if path.suffix.lower() in (".bvh", ".amc"):
            return "motion capture: prepare its folder with python -m labkit_data prepare"
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            features = content.ndim == 2 and content.shape[1] == 263
            what = "HumanML3D's 263 features (new_joint_vecs)" if features else f"an array {content.shape}"
            return f"{what}, which has no SMPL parameters: prepare AMASS with --source humanml3d"
        content.close()
    except UNREADABLE:
        return ""
    return other_kind(path, "motion")
