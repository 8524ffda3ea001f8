"""T-poses at the ends of recordings: actors hold one for calibration before and after the recording."""

import numpy as np
import torch

from labkit.motion import FPS, JOINT_NAMES, Motion


def without_t_poses(motion: Motion, body) -> Motion:
    """The motion without a T-pose of a fifth of a second in its first or last two seconds, and the arms' way
    from it or to it."""
    joints = dict(zip(JOINT_NAMES, body.joints(motion).unbind(dim=1)))
    across = joints["left_shoulder"] - joints["right_shoulder"]
    spread = torch.stack(
        [
            sign
            * torch.cosine_similarity(joints[f"{side}_wrist"] - joints[f"{side}_shoulder"], across, dim=-1)
            for side, sign in (("left", 1), ("right", -1))
        ]
    )
    angle = spread.min(dim=0).values.clamp(-1, 1).acos().rad2deg().numpy()
    first = _end_of_t_pose(angle)
    return motion[first : max(first, len(motion) - _end_of_t_pose(angle[::-1]))]


def _end_of_t_pose(angle: np.ndarray) -> int:
    """Frames until the arms hang after a T-pose at the beginning; 0 without one.

    angle: (F,) degrees of the arm that is farther from where arms are in a T-pose.
    """
    posed = angle < 35
    held = [i for i in range(min(2 * FPS, len(angle) - 4)) if posed[i : i + 4].all()]
    if not held:
        return 0
    end = held[0]
    while end < len(angle) and posed[end]:
        end += 1
    hanging = np.flatnonzero(angle[end : end + FPS] > 65)
    return end + (int(hanging[0]) if len(hanging) else FPS // 2)
