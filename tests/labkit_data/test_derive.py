"""Clips made from others: bent paths, repeated cycles, pauses."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from labkit.body import load_body
from labkit.dataset import store_path
from labkit.motion import FPS, JOINT_INDEX, Motion, encode, heading
from labkit.paths import LabError
from labkit.store import Clip, read_store, write_store
from labkit_data.cli import main
from labkit_data.derive import derive
from labkit_data.retiming import (
    STILL,
    best_cycle,
    hold,
    longest_pause,
    repeat,
    repeat_in_place,
    there_and_back,
)  # fmt: skip
from labkit_data.turning import bend, turn_in_place

LEFT, RIGHT = (JOINT_INDEX[f"{side}_foot"] for side in ("left", "right"))


@pytest.fixture(scope="module")
def body():
    return load_body()


def gait(F: int = 120, speed: float = 1.0) -> Motion:
    """A walk straight ahead, one step every half second: thighs and shins swing like pendulums."""
    phase = torch.arange(F) / FPS * 2 * math.pi  # one cycle a second
    pose = torch.zeros(F, 21, 3)
    for side, sign in ((0, 1), (1, -1)):
        swing = 0.4 * sign * phase.sin()
        pose[:, side, 0] = -swing  # hips
        pose[:, 3 + side, 0] = 0.6 * (sign * phase.cos()).clamp(min=0)  # knees bend while they swing forward
    orient = torch.tensor([math.pi / 2, 0.0, 0.0]).repeat(F, 1)
    pelvis = torch.stack([torch.zeros(F), -speed * torch.arange(F) / FPS, torch.full((F,), 0.95)], dim=1)
    return Motion(orient, pose.flatten(1), pelvis)


def test_a_bent_path_turns_as_asked_and_keeps_heights_and_poses(body):
    walk = gait()
    turn = torch.linspace(0, math.radians(300), len(walk))
    bent = bend(walk, body.joints(walk), turn)
    before, after = heading(walk.rotations()[:, 0]), heading(bent.rotations()[:, 0])
    torch.testing.assert_close(after - after[0], before - before[0] + turn, atol=1e-3, rtol=0)
    torch.testing.assert_close(bent.body_pose, walk.body_pose, atol=1e-4, rtol=0)
    torch.testing.assert_close(bent.pelvis[:, 2], walk.pelvis[:, 2])
    path = bent.pelvis[:, :2].diff(dim=0).norm(dim=1).sum()
    assert path == pytest.approx(6.0, rel=0.15)
    assert np.ptp(bent.pelvis[:, :2].numpy(), axis=0).min() > 1  # 6 m along 300° of a circle: 2.3 m wide


def test_the_standing_foot_stays_where_it_is_while_the_body_turns_about_it(body):
    F = 60
    stands = gait(1)
    stands = Motion(*(values.repeat(F, 1) for values in vars(stands).values()))
    pose = stands.body_pose.clone()
    pose[:, 0] = -1.2  # the left hip: its foot is far above the floor
    stands = replace(stands, body_pose=pose)
    joints = body.joints(bend(stands, body.joints(stands), torch.linspace(0, 3, F)))
    assert joints[:, RIGHT, :2].diff(dim=0).norm(dim=1).sum() < 1e-3
    assert joints[:, LEFT, :2].diff(dim=0).norm(dim=1).sum() > 0.5


def test_without_a_turn_nothing_changes(body):
    walk = gait(30)
    same = bend(walk, body.joints(walk), torch.zeros(30))
    for name, value in vars(walk).items():
        torch.testing.assert_close(getattr(same, name), value, atol=1e-5, rtol=0)


def test_a_cycle_is_a_period_of_the_gait_and_its_repetition_continues_the_gait(body):
    walk = gait(50)
    joints = body.joints(walk)
    cycle = best_cycle(encode(walk, joints))
    assert cycle is not None and cycle[1] - cycle[0] in (20, 40)
    longer = repeat(walk, joints, *cycle, times=3)
    expected = gait(50 + 3 * (cycle[1] - cycle[0]))
    assert len(longer) == len(expected)
    there = body.joints(expected)
    torch.testing.assert_close(body.joints(longer), there - there[0, :1] + joints[0, :1], atol=2e-2, rtol=0)


def test_what_never_comes_back_has_no_cycle(body):
    falls = gait(50)
    pose = falls.body_pose.clone()
    pose[:, 6] = torch.linspace(0, 2, 50)  # the spine bends on and on
    falls = replace(falls, body_pose=pose)
    assert best_cycle(encode(falls, body.joints(falls))) is None


def test_a_pause_is_no_cycle(body):
    walk = gait(40)
    still = Motion(*(values[:1].repeat(60, 1) for values in vars(walk).values()))
    both = Motion(*(torch.cat(pair) for pair in zip(vars(still).values(), vars(walk).values())))
    cycle = best_cycle(encode(both, body.joints(both)))
    assert cycle is not None and cycle[0] >= 55


def test_the_longest_pause_is_found():
    positions = np.cumsum(np.full((100, 2, 3), 0.02), axis=0)
    positions[30:70] = positions[30]
    start, end = longest_pause(positions)
    slack = math.floor(STILL / 0.02)
    assert 30 - slack <= start <= 30 and 70 <= end <= 70 + slack
    by_hand = max(
        (
            (a, b)
            for a in range(100)
            for b in range(a + 1, 101)
            if np.ptp(positions[a:b], axis=0).max() <= STILL
        ),
        key=lambda pair: pair[1] - pair[0],
    )
    assert end - start == by_hand[1] - by_hand[0]


@pytest.mark.parametrize("frames, length, expected", [(3, 7, [0, 1, 2, 1, 0, 1, 2]), (1, 3, [0, 0, 0])])
def test_there_and_back(frames, length, expected):
    assert there_and_back(frames, length).tolist() == expected


def test_a_blow_is_repeated_in_place(body):
    walk = gait(60)
    x = encode(walk, body.joints(walk))
    again = repeat_in_place(x, 10, 30, times=4)
    assert len(again) == 80
    torch.testing.assert_close(again.body_pose[20:], again.body_pose[:-20], atol=1e-3, rtol=0)
    torch.testing.assert_close(again.pelvis[20:], again.pelvis[:-20], atol=1e-3, rtol=0)


def test_a_cycle_contains_what_is_asked_for(body):
    walk = gait(120)
    cycle = best_cycle(encode(walk, body.joints(walk)), contains=(70, 75))
    assert cycle is not None and cycle[0] <= 70 and cycle[1] >= 75


def test_a_held_pose_comes_to_rest_smoothly(body):
    walk = gait(40)
    longer = hold(encode(walk, body.joints(walk)), 30, 50)
    joints = body.joints(longer)
    assert len(longer) == 120
    middle = joints[30:70] - joints[30, :1] * torch.tensor([1, 1, 0])
    expected = body.joints(walk)
    torch.testing.assert_close(
        middle, expected - expected[0, :1] * torch.tensor([1, 1, 0]), atol=1e-2, rtol=0
    )
    speed = joints.diff(dim=0).norm(dim=-1).amax(1) * FPS  # (F - 1,)
    assert speed[:10].max() < 0.01 and speed[-30:].max() < 0.01
    fastest = (body.joints(walk).diff(dim=0).norm(dim=-1).amax(1) * FPS).max()
    assert speed.max() < 1.05 * fastest
    change = joints.diff(n=2, dim=0).norm(dim=-1).amax(1)  # no jump of the velocity where the pose is held
    assert change[[28, 29, 68, 69]].max() < 0.5 * speed.max() / FPS


@pytest.mark.parametrize("degrees", [90, -180, 360])
def test_a_person_turns_on_the_spot_in_steps(degrees, body):
    F, start, end = 100, 20, 80
    still = Motion(*(values[:1].repeat(F, 1) for values in vars(gait(1)).values()))
    still = replace(still, body_pose=torch.zeros(F, 63))
    turned = turn_in_place(still, body, math.radians(degrees), start, end)
    joints, before = body.joints(turned), body.joints(still)
    alpha = np.unwrap(heading(turned.rotations()[:, 0]).numpy())
    assert np.degrees(alpha[-1] - alpha[0]) == pytest.approx(degrees, abs=0.5)
    torch.testing.assert_close(joints[: start + 1], before[: start + 1], atol=1e-3, rtol=0)
    # one foot stands in every frame, a stepping foot is lifted, and nobody leaves the place
    feet = joints[:, [LEFT, RIGHT]]  # (F, 2, 3)
    moved = feet.diff(dim=0).norm(dim=-1)  # (F - 1, 2)
    assert moved.amin(1).max() < 2e-3
    assert 0.05 < (feet[..., 2] - feet[0, :, 2]).max() < 0.09
    assert (joints[:, 0, :2] - before[:, 0, :2]).norm(dim=-1).max() < 0.1
    inner = 0 if degrees > 0 else 1  # steps first
    assert moved[:, inner].gt(2e-3).nonzero()[0] < moved[:, 1 - inner].gt(2e-3).nonzero()[0]


@pytest.fixture
def store(tmp_path, body):
    walk = gait()
    still = Motion(*(values[:1].repeat(40, 1) for values in vars(walk).values()))
    still.body_pose[:, 15 * 3 + 2], still.body_pose[:, 16 * 3 + 2] = -1.3, 1.3  # the arms hang
    bow = still.body_pose.clone()
    bow[:, 2 * 3] = 1.2 * torch.linspace(0, math.pi, 40).sin().square()  # of the spine
    pose = still.body_pose.clone()
    pose[20:, 15 * 3 + 1] = torch.linspace(0, 1, 20)  # an arm moves after a second; too short a pause
    clips = [
        Clip("walk", walk, ("a person walks",), {"family": "walk", "content": "walk", "style": "proud"}),
        Clip("short walk", gait(50), ("a person walks",), {"family": "walk", "content": "walk"}),
        Clip("stand", still, ("a person stands",), {"family": "stand", "content": "stand"}),
        Clip("moves", replace(still, body_pose=pose), ("a person stands",), {"family": "stand"}),
        Clip("bow", replace(still, body_pose=bow), ("a person bows",), {"family": "bow", "content": "bow"}),
        Clip("held out", walk, ("a person walks",), {"family": "walk"}, "test_a"),
    ]
    path = tmp_path / "source.npz"
    write_store(path, clips, dict(source="test"))
    return path


def test_clips_are_made_of_training_clips_alone_and_captioned_by_what_they_show(store, tmp_path, capsys):
    assert main(["derive", str(store), "--out", str(tmp_path / "new.npz")]) == 0
    clips = {clip.name: clip for clip in read_store(tmp_path / "new.npz")[0]}
    assert {name.split("_")[0] for name in clips} == {"walk", "short walk", "stand", "bow"}
    assert all(clip.split == "train" for clip in clips.values())
    families = {"circle": "walk in a circle", "turn": "walk and turn", "turn_around": "walk and turn around"}
    (path,) = [path for path in families if f"walk_{path}" in clips]  # a walk is bent once
    bent = clips[f"walk_{path}"]
    assert bent.labels["family"] == families[path]
    assert any("turn" in c or "circle" in c for c in bent.captions) and any(
        "proud" in c for c in bent.captions
    )
    assert 3 * FPS <= len(clips["walk_part"].motion) <= 6 * FPS
    assert clips["stand_pause"].labels["family"] == "stand"
    turns = [clip for name, clip in clips.items() if name.startswith("stand_turn_in_place")]
    assert len(turns) == 3 and all(
        "turn" in c.labels["family"] or c.labels["family"] == "spin" for c in turns
    )
    assert clips["bow_held"].captions == ("a person bows",) and len(clips["bow_held"].motion) >= 4 * FPS
    assert len(clips["short walk_longer"].motion) >= 4 * FPS - 20
    assert f"{len(clips)} clips of 5" in capsys.readouterr().out


def test_the_result_is_the_same_each_time(store, tmp_path):
    for name in ("a", "b"):
        derive([store], tmp_path / f"{name}.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_nothing_to_make_is_an_error_in_one_line(tmp_path, capsys):
    path = tmp_path / "short.npz"
    write_store(path, [Clip("w", gait(25), ("a person walks",), {"family": "walk"}, "val")], {})
    assert main(["derive", str(path), "--out", str(tmp_path / "out.npz")]) == 1
    assert "no walk" in capsys.readouterr().err and not (tmp_path / "out.npz").exists()
    assert main(["derive", "nonsense"]) == 1
    assert "nonsense" in capsys.readouterr().err


def test_a_missing_store_is_named():
    with pytest.raises(LabError, match="no prepared source"):
        store_path("nonsense")
