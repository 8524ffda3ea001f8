"""Kinematic measurements that features hardly reflect: foot sliding, jerk, floor penetration.

Joints are world positions (..., F, 24, 3) in metres at ``FPS`` frames per second, Z up, floor at z = 0, as a
NumPy array or a tensor. Every function returns one number per motion, an array (...), so that clips can be
averaged or resampled. It is NaN if a motion gives no measurement (no foot near the floor, too few frames):
use ``np.nanmean``. Compare all of them with real motion.

mask: (..., F) bool, True at real frames; padding has no effect.
rest_heights: (4,) metres, heights of the FEET joints above the floor when the body stands at rest. "Height
above the floor" of a foot joint means height above its rest height.

Every function raises ValueError for joints or a mask of another shape, and for a mask that is not bool.
"""

import numpy as np
import torch
from numpy.typing import ArrayLike

from labkit.motion import FPS, JOINT_INDEX, JOINT_NAMES

FEET = [JOINT_INDEX[name] for name in ("left_ankle", "right_ankle", "left_foot", "right_foot")]
NEAR = 0.02  # metres above the floor; a lower foot is near it


def _prepare(joints: ArrayLike, mask: ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
    """Joints as float64 (..., F, 24, 3) and the mask as bool (..., F)."""
    joints = torch.as_tensor(joints).detach().cpu().double().numpy()
    if joints.ndim < 3 or joints.shape[-2:] != (len(JOINT_NAMES), 3):
        raise ValueError(f"expected joints (..., F, {len(JOINT_NAMES)}, 3), got {joints.shape}")
    if mask is None:
        return joints, np.ones(joints.shape[:-2], dtype=bool)
    mask = torch.as_tensor(mask).cpu().numpy()
    if mask.dtype != bool or mask.shape != joints.shape[:-2]:
        raise ValueError(f"expected a bool mask {joints.shape[:-2]}, got {mask.dtype} {mask.shape}")
    return joints, mask


def _consecutive(mask: np.ndarray, n: int) -> np.ndarray:
    """Whether n frames in a row are real: (..., F) → (..., F - n + 1)."""
    frames = max(mask.shape[-1] - n + 1, 0)
    return np.all([mask[..., i : i + frames] for i in range(n)], axis=0)


def _mean(values: np.ndarray, where: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Mean of the values over the axes, where True; NaN where there are none."""
    count = where.sum(axes)
    total = np.where(where, values, 0).sum(axes)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _foot_heights(joints: np.ndarray, rest_heights: ArrayLike) -> np.ndarray:
    """Height of the four FEET joints above where they rest, (..., F, 4)."""
    return joints[..., FEET, 2] - np.asarray(rest_heights, dtype=np.float64)


def foot_sliding(joints: ArrayLike, rest_heights: ArrayLike, mask: ArrayLike | None = None) -> np.ndarray:
    """Mean horizontal speed of ankles and toes while near the floor → (...), m/s.

    A pair of frames counts for a joint that is less than 2 cm above its rest height in both. Not zero for
    real motion: an ankle turns over a standing toe, feet land and leave with some speed, and a swinging foot
    may pass low over the floor.
    """
    joints, mask = _prepare(joints, mask)
    near = (_foot_heights(joints, rest_heights) < NEAR) & mask[..., None]  # (..., F, 4)
    standing = near[..., 1:, :] & near[..., :-1, :]  # (..., F - 1, 4)
    speed = np.linalg.norm(np.diff(joints[..., FEET, :2], axis=-3), axis=-1) * FPS  # (..., F - 1, 4)
    return _mean(speed, standing, (-2, -1))  # (...)


def jerk(joints: ArrayLike, mask: ArrayLike | None = None) -> np.ndarray:
    """Mean length of the third derivative of position over joints and frames → (...), m/s³: measures jitter.

    A third difference over four frames, exact for paths that are cubic in time.
    """
    joints, mask = _prepare(joints, mask)
    lengths = np.linalg.norm(np.diff(joints, n=3, axis=-3), axis=-1) * FPS**3  # (..., F - 3, 24)
    real = np.broadcast_to(_consecutive(mask, 4)[..., None], lengths.shape)  # (..., F - 3, 24)
    return _mean(lengths, real, (-2, -1))  # (...)


def floor_penetration(
    joints: ArrayLike, rest_heights: ArrayLike, mask: ArrayLike | None = None
) -> np.ndarray:
    """Depth of the lowest foot joint below its rest height, or 0, mean over frames → (...), metres."""
    joints, mask = _prepare(joints, mask)
    lowest = _foot_heights(joints, rest_heights).min(-1)  # (..., F)
    return _mean(np.maximum(-lowest, 0), mask, (-1,))  # (...)
