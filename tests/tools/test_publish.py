"""What comes into the starter set."""

import math

import numpy as np
import pytest
import roma
import torch

from labkit.body import load_body
from labkit.dataset import MotionDataset
from labkit.metrics.actions import ACTIONS
from labkit.motion import UPRIGHT, Motion, decode
from labkit.paths import data_dir
from tools import publish
from tools.publish import actions_of, right_angle


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


@pytest.mark.parametrize(
    ("family", "side", "expected"),
    [
        ("raise hand", "left", ["raise hand left"]),
        ("walk and turn, sit down", "right, ", ["turn right", "sit down"]),
        ("salsa", "", ["dance"]),
        ("tennis", "", []),
    ],
)
def test_actions_that_a_clip_must_show_are_those_of_its_labels(family, side, expected):
    assert actions_of({"family": family, "side": side}) == [ACTIONS[name] for name in expected]


def test_a_clip_without_families_must_show_no_action():
    assert actions_of({"content": "walk"}) == []


@pytest.mark.slow
def test_starter_set_from_start_to_end(tmp_path, monkeypatch):
    """The shipped starter set as the real clips; captions of actions are in no clip, and are encoded too."""
    shipped, made = data_dir() / "starter" / "starter.npz", tmp_path / "starter"
    made.mkdir()
    monkeypatch.setattr(publish, "ACTIONS", {name: ACTIONS[name] for name in ("walk", "raise both hands")})
    monkeypatch.setattr(publish, "data_dir", lambda: tmp_path)
    publish.make_starter([str(shipped)], "adaln", tmp_path, count=6, tries=2)
    kept = MotionDataset(made / "starter.npz")
    assert 1 <= len(kept) <= 6 + sum(len(a.plain) for a in publish.ACTIONS.values())
    for sample in kept:
        assert torch.isfinite(sample.x).all()
        assert 1 <= len(sample.captions) <= 3
        joints = load_body().joints(decode(sample.x)).numpy()
        assert all(action.passes(joints) for action in actions_of(sample.labels))
