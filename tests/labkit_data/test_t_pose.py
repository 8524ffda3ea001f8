"""T-poses at the ends of motions."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from labkit.motion import JOINT_INDEX, UPRIGHT, Motion
from labkit_data.t_pose import without_t_poses


def arms(spread: list[float]) -> Motion:
    """A standing body; degrees by which both arms hang below a T-pose, frame by frame."""
    local = torch.eye(3).repeat(len(spread), 22, 1, 1)
    local[:, 0] = UPRIGHT
    for side, sign in (("left", -1), ("right", 1)):
        turn = Rotation.from_rotvec([[0, 0, sign * np.radians(a)] for a in spread]).as_matrix()
        local[:, JOINT_INDEX[f"{side}_shoulder"]] = torch.from_numpy(turn).float()
    return Motion.from_rotations(local, torch.zeros(len(spread), 3) + torch.tensor([0, 0, 0.95]))


DOWN, UP = np.linspace(0, 80, 10).tolist(), np.linspace(80, 0, 10).tolist()  # half a second each


@pytest.mark.parametrize("late", [0, 20])
@pytest.mark.parametrize("ends", ["both", "first", "last", "none"])
def test_t_poses_are_cut_off_at_the_ends(body, ends, late):
    """With the arms' way from and to them, but not in the middle, where somebody may be balancing."""
    middle = 45 * [80.0] + 20 * [0.0] + 45 * [80.0]
    first = late * [80.0] + 20 * [5.0] + DOWN if ends in ("both", "first") else []
    last = UP + 15 * [5.0] if ends in ("both", "last") else []
    kept = without_t_poses(arms(first + middle + last), body)
    assert len(middle) <= len(kept) <= len(middle) + 4
    wrists = body.joints(kept)[:, [JOINT_INDEX[f"{side}_wrist"] for side in ("left", "right")], 2]
    assert (wrists[[0, -1]] < 1.2).all()
