"""The DeepMimic source: the frame's layout on a file written here, and a real clip where it is."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from test_cmu import check, unpack, walks_forwards

from labkit.motion import JOINT_INDEX, JOINT_NAMES, heading
from labkit.paths import LabError
from labkit_data import timing
from labkit_data.pipeline import Raw
from labkit_data.sources import deepmimic

ORDER = ["root", "chest", "neck", "right_hip", "right_knee", "right_ankle", "right_shoulder", "right_elbow"]
ORDER += ["left_hip", "left_knee", "left_ankle", "left_shoulder", "left_elbow"]
HINGES = ("right_knee", "right_elbow", "left_knee", "left_elbow")


def write_clip(path, frames: int = 31, duration: float = 1 / 30, **turns) -> None:
    """A body that goes 1 m/s along +X; turns: joint → Rotation, or radians for a hinge."""
    rows = []
    for f in range(frames):
        row = [duration if f < frames - 1 else 0.0, f * duration, 0.9, 0.0]
        for joint in ORDER:
            turn = turns.get(joint, 0.0 if joint in HINGES else Rotation.identity())
            row += [turn] if joint in HINGES else turn.as_quat(scalar_first=True).tolist()
        rows.append(row)
    path.write_text(json.dumps({"Loop": "none", "Frames": rows}))


def test_positions_follow_the_frame(tmp_path):
    rng = np.random.default_rng(0)
    turns = {joint: Rotation.random(rng=rng) for joint in ORDER if joint not in HINGES}
    turns |= dict(right_knee=-1.2, right_elbow=0.7, left_knee=-0.4, left_elbow=1.9)
    write_clip(tmp_path / "a.txt", **turns)
    animation = deepmimic.read_deepmimic(tmp_path / "a.txt")
    assert animation.fps == 30
    positions = dict(zip(animation.names, animation.forward()[1][6]))
    root, chest = turns["root"], turns["root"] * turns["chest"]
    expected = {"root": np.array([0.2, 0.9, 0])}
    for side, z in (("right", 1), ("left", -1)):
        thigh, arm = root * turns[f"{side}_hip"], chest * turns[f"{side}_shoulder"]
        shin = thigh * Rotation.from_rotvec([0, 0, turns[f"{side}_knee"]])
        forearm = arm * Rotation.from_rotvec([0, 0, turns[f"{side}_elbow"]])
        hip = expected["root"] + root.apply([0, 0, z * 0.084887])
        expected[f"{side}_knee"] = hip + thigh.apply([0, -0.421546, 0])
        expected[f"{side}_ankle"] = expected[f"{side}_knee"] + shin.apply([0, -0.40987, 0])
        shoulder = (
            expected["root"] + root.apply([0, 0.236151, 0]) + chest.apply([-0.02405, 0.2435, z * 0.18311])
        )
        expected[f"{side}_elbow"] = shoulder + arm.apply([0, -0.274788, 0])
        expected[f"{side}_wrist"] = expected[f"{side}_elbow"] + forearm.apply([0, -0.258947, 0])
    for joint, place in expected.items():
        np.testing.assert_allclose(positions[joint], place, atol=1e-9, err_msg=joint)


def test_a_gliding_body_faces_where_it_goes(tmp_path, body):
    write_clip(
        tmp_path / "humanoid3d_a.txt", left_knee=-1.0, right_shoulder=Rotation.from_rotvec([0, 0, 1.5])
    )
    [raw] = deepmimic.scan(tmp_path)
    motion = deepmimic.load(raw, body)
    assert len(motion) == 21
    assert heading(motion.rotations()[:, 0]).abs().max() < 1e-4 and walks_forwards(motion)
    at = {name: body.joints(motion)[0, j] for j, name in enumerate(JOINT_NAMES)}
    assert at["left_hip"][0] > at["right_hip"][0]  # facing -Y, left is +X
    assert at["left_ankle"][1] > at["left_knee"][1] + 0.2  # the bent knee takes the left foot back
    assert at["right_wrist"][1] < at["right_shoulder"][1] - 0.4  # the right arm points forwards
    assert at["left_wrist"][2] < at["left_shoulder"][2] - 0.4  # the left one hangs
    assert abs(body.vertices(motion[:1])[..., 2].min()) < 0.01


def test_a_trial_of_60_hz_at_double_speed(tmp_path, body):
    """Who converted 88_09 took every fourth of its frames, and 60 Hz for 120."""
    write_clip(tmp_path / "88_09.txt", frames=94)
    entry = dict(path="CMU/88/88_09_poses", duration=6.267, annotations=[])
    (tmp_path / "kitml_annotations.json").write_text(json.dumps({"1": entry}))
    [raw] = deepmimic.scan(tmp_path)
    motion = deepmimic.load(raw, body)
    assert abs(len(motion) / 20 - 6.267) < 0.1
    assert raw.warnings == ((timing.HALF_RATE, "88_09"),)
    fast = deepmimic.load(replace(raw, stretch=1.0), body)
    assert len(fast) == pytest.approx(len(motion) / 2, abs=1)
    torch.testing.assert_close(fast.pelvis[10], motion.pelvis[20])


@pytest.mark.parametrize(
    "text, message",
    [
        ("{", "not a DeepMimic motion"),
        ('{"Loop": "none"}', "not a DeepMimic motion"),
        ('{"Frames": [[1, 2, 3]]}', "expected 44 numbers"),
        ('{"Frames": []}', "expected 44 numbers"),
        (json.dumps({"Frames": [[0.0] * 4 + [1.0] * 40] * 3}), "without duration"),
    ],
)
def test_broken_files_are_named(tmp_path, text, message):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(LabError, match=f"a.txt.*{message}"):
        deepmimic.read_deepmimic(tmp_path / "a.txt")


def test_scan(tmp_path):
    for stem in (
        "humanoid3d_long_walk2",
        "humanoid3d_long_walk2_mirror",
        "humanoid3d_getup_faceup",
        "127_29",
        "sie_humanoid3d_punch_left00",
        "README",
    ):
        (tmp_path / f"{stem}.txt").touch()
    labels = {raw.name: raw.labels for raw in deepmimic.scan(tmp_path)}
    assert sorted(labels) == [
        "127_29",
        "humanoid3d_getup_faceup",
        "humanoid3d_long_walk2",
        "sie_humanoid3d_punch_left00",
    ]
    assert labels["sie_humanoid3d_punch_left00"]["description"] == "punch with the right hand"
    assert labels["humanoid3d_long_walk2"]["description"] == "walk"
    assert labels["humanoid3d_getup_faceup"]["description"] == "get up from lying on the back"
    assert labels["127_29"] == dict(trial="127_29", subject="127", take="29")


def test_a_real_walk_and_a_flip(tmp_path, body):
    folder = unpack("deepmimic.tar.xz", {"humanoid3d_walk.txt", "humanoid3d_backflip.txt"}, tmp_path)
    for name in ("humanoid3d_walk", "humanoid3d_backflip"):
        motion = deepmimic.load(Raw(name, folder / f"{name}.txt", {}), body)
        source, turn = deepmimic.read_deepmimic(folder / f"{name}.txt"), deepmimic.TO_SMPL
        source = replace(
            source,
            offsets=source.offsets @ turn.T,
            rotations=turn @ source.rotations @ turn.T,
            root=source.root @ turn.T,
        )
        check(motion, source, deepmimic.MAPPING, body)
        assert walks_forwards(motion) == (name == "humanoid3d_walk")
        upside_down = motion.rotations()[:, 0, 2, 1] < -0.5  # where the pelvis's up points down
        assert upside_down.any() == (name == "humanoid3d_backflip")
        # backwards: what was the front looks up while the body rises into the flip
        if upside_down.any():
            first = int(torch.nonzero(upside_down)[0])
            assert motion.rotations()[first - 3 : first, 0, 2, 2].mean() > 0.5


def test_real_punches_of_sony(tmp_path, body):
    """All of them with the right hand; 120 frames a second."""
    names = [f"sie_humanoid3d_punch_{name}" for name in ("forward00", "forward01", "forward02", "left00")]
    unpack("deepmimic-sie.tar.xz", {f"{name}.txt" for name in names}, tmp_path)
    raws = deepmimic.scan(tmp_path)
    assert [raw.name for raw in raws] == names
    for raw in raws:
        motion = deepmimic.load(raw, body)
        assert 1.5 < len(motion) / 20 < 3
        joints = body.joints(motion)
        speed = (joints - joints[:, :1]).diff(dim=0).norm(dim=-1).amax(dim=0)
        assert speed[JOINT_INDEX["right_wrist"]] > 1.4 * speed[JOINT_INDEX["left_wrist"]]
