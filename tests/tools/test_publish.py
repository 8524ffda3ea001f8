"""What comes into the starter set, and the files that every command writes."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import roma
import torch

from labkit.body import load_body
from labkit.dataset import MotionDataset
from labkit.metrics.actions import ACTIONS
from labkit.models import NETWORKS
from labkit.motion import UPRIGHT, Motion, decode
from labkit.paths import data_dir
from labkit.store import Clip, read_store, write_store
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


@pytest.mark.parametrize(("frames", "sinks"), [(5, False), (6, True)])
def test_a_body_may_be_in_the_floor_for_five_frames(frames, sinks):
    body = load_body()
    upright = Motion.from_rotations(
        torch.cat([UPRIGHT.expand(20, 1, 3, 3), torch.eye(3).expand(20, 21, 3, 3)], 1), torch.zeros(20, 3)
    )
    lowest = body.vertices(upright)[..., 2].min()
    height = torch.zeros(20, 3)
    height[:, 2] = -lowest
    height[3 : 3 + frames, 2] -= 0.031
    moved = Motion.from_rotations(upright.rotations(), upright.pelvis + height)
    assert publish.in_floor(moved, body) is sinks


@pytest.mark.slow
def test_starter_set_from_start_to_end(tmp_path, monkeypatch):
    """On some shipped clips as the real ones. Captions of actions are in no clip, and are encoded too."""
    shipped, _ = read_store(data_dir() / "starter" / "starter.npz")
    write_store(tmp_path / "real.npz", [clip for clip in shipped if clip.split == "train"][:20], {})
    monkeypatch.setattr(publish, "ACTIONS", {name: ACTIONS[name] for name in ("walk", "raise both hands")})
    monkeypatch.setattr(publish, "data_dir", lambda: tmp_path)
    publish.make_starter([str(tmp_path / "real.npz")], "adaln", tmp_path, count=6, tries=2)
    kept = MotionDataset(tmp_path / "starter" / "starter.npz")
    assert 1 <= len(kept) <= 6 + sum(len(a.plain) for a in publish.ACTIONS.values())
    for sample in kept:
        assert torch.isfinite(sample.x).all()
        assert 1 <= len(sample.captions) <= 3
        joints = load_body().joints(decode(sample.x)).numpy()
        assert all(action.passes(joints) for action in actions_of(sample.labels))
        assert not publish.in_floor(decode(sample.x), load_body())


@pytest.mark.slow
def test_the_other_commands(lab, tmp_path, random_motion, monkeypatch):
    """With networks that were never trained; features of random numbers in the place of a batch's."""
    logs = Path(__file__).parents[2] / "data" / "checkpoints" / "logs"
    for name in publish.NAMES:
        (tmp_path / "runs" / name).mkdir(parents=True)
        shutil.copy(lab / "checkpoints" / f"{name}.safetensors", tmp_path / "runs" / name)
        shutil.copy(logs / f"{name}.csv", tmp_path / "runs" / name)
    splits = ["test_a", "test_b"] * 6
    clips = [
        Clip(str(i), random_motion(i, 24), ("a person bows",), {}, split) for i, split in enumerate(splits)
    ]
    write_store(tmp_path / "real.npz", clips, {})
    features = np.random.default_rng(0).normal(size=(2, 32, 16))
    monkeypatch.setattr(publish, "small_batch", lambda network: features)
    monkeypatch.setattr(publish, "data_dir", lambda: tmp_path / "data")
    monkeypatch.setattr(publish, "SHEET", ["a person bows"])
    Path("docs").mkdir()
    for what in ("checkpoints", "reference", "scores", "sheets"):
        assert publish.main([what, "--sources", "real.npz"]) == 0
    assert sorted(p.name for p in Path("docs").iterdir()) == sorted(
        ["training.png", *(f"samples_{network}.png" for network in NETWORKS)]
    )
    checkpoints = tmp_path / "data" / "checkpoints"
    assert {p.stem for p in checkpoints.glob("*.safetensors")} == set(publish.NAMES)
    assert {p.stem for p in (checkpoints / "logs").glob("*.csv")} == set(publish.NAMES)
    for score in json.loads((checkpoints / "scores.json").read_text("utf-8")).values():
        assert score["low"] < score["tmr_score"] < score["high"]
    with np.load(tmp_path / "data" / "reference" / "test_b.npz") as file:
        assert len(file["motion"]) == 12 and (file["lengths"] == 24).all()  # with their mirror images
