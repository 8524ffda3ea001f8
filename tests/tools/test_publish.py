"""What comes into the starter set."""

import math

import numpy as np
import pytest
import roma
import torch

from labkit.body import load_body
from labkit.motion import UPRIGHT, Motion
from tools.publish import right_angle


def turning(degrees: float) -> np.ndarray:
    """Joints (40, 24, 3) of a body at rest that turns to the left by so much."""
    yaw = torch.linspace(0, math.radians(degrees), 40)
    root = roma.rotvec_to_rotmat(torch.stack([0 * yaw, 0 * yaw, yaw], -1)) @ UPRIGHT
    rotations = torch.eye(3).repeat(40, 22, 1, 1)
    rotations[:, 0] = root
    return load_body().joints(Motion.from_rotations(rotations, torch.zeros(40, 3))).numpy()


@pytest.mark.parametrize(("degrees", "right"), [(90, True), (-100, True), (206, False), (45, False)])
def test_a_caption_with_an_angle_must_be_right_about_it(degrees, right):
    joints = turning(degrees)
    assert right_angle("a person walks turning about 90 degrees to the left", joints) is right
    assert right_angle("a person walks and turns", joints)
