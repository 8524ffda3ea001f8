"""Kinematics on motions with known answers: a stiff figure of rods, moved by formulas."""

import math

import numpy as np
import pytest
import torch

from labkit.motion import FPS, JOINT_INDEX, UPRIGHT, Motion
from labkit_data.kinematics import find_turns, measure

REST = {  # upright, facing -Y, left is +X; metres
    "pelvis": (0, 0, 0.9), "left_hip": (0.1, 0, 0.85), "right_hip": (-0.1, 0, 0.85),
    "left_knee": (0.1, 0, 0.48), "right_knee": (-0.1, 0, 0.48), "left_ankle": (0.1, 0, 0.08),
    "right_ankle": (-0.1, 0, 0.08), "left_foot": (0.1, -0.12, 0.02), "right_foot": (-0.1, -0.12, 0.02),
    "neck": (0, 0, 1.4), "head": (0, 0, 1.55),
    "left_shoulder": (0.18, 0, 1.35), "right_shoulder": (-0.18, 0, 1.35),
    "left_elbow": (0.2, 0, 1.08), "right_elbow": (-0.2, 0, 1.08), "left_wrist": (0.2, 0, 0.83),
    "right_wrist": (-0.2, 0, 0.83),
}  # fmt: skip


def figure(frames: int, path=(0.0, 0.0), turn=0.0, lift=0.0, **joints):
    """Motion and joints of the rods: `path` (x, y), `turn` (degrees) and `lift` of the body, and places of
    single joints in it; each a constant, or an array with a row for every frame."""
    place = np.zeros((frames, 24, 3))
    for name, rest in REST.items():
        place[:, JOINT_INDEX[name]] = joints.get(name, rest)
    alpha = np.radians(np.broadcast_to(turn, frames))
    c, s = np.cos(alpha)[:, None], np.sin(alpha)[:, None]
    x, y = place[..., 0].copy(), place[..., 1].copy()
    place[..., 0], place[..., 1] = c * x - s * y, s * x + c * y
    place[..., :2] += np.broadcast_to(path, (frames, 2))[:, None]
    place[..., 2] += np.broadcast_to(lift, frames)[:, None]
    zero, one = np.zeros(frames), np.ones(frames)
    about_z = np.stack([c[:, 0], -s[:, 0], zero, s[:, 0], c[:, 0], zero, zero, zero, one], -1).reshape(
        -1, 3, 3
    )
    rotations = torch.eye(3).repeat(frames, 22, 1, 1)
    rotations[:, 0] = torch.from_numpy(about_z).float() @ UPRIGHT
    return Motion.from_rotations(rotations, torch.from_numpy(place[:, 0]).float()), torch.from_numpy(place)


def test_standing_still():
    m = measure(*figure(40))
    assert m.seconds == 2.0
    assert (m.distance, m.speed, m.steps, m.turns) == (0, 0, 0, ())
    assert m.forward == m.turn == 0
    assert m.tilt == pytest.approx(0, abs=1e-6)
    assert m.left.raised == pytest.approx(-0.52) and m.left.waves == m.right.waves == 0
    assert m.lowest == pytest.approx(1) and m.highest == pytest.approx(1)


@pytest.mark.parametrize("degrees", [90, -90])
def test_walking_a_quarter_circle(degrees):
    """A quarter circle of length 2 m is 2 m forward; its radius is 4/π."""
    angle = np.radians(np.linspace(0, degrees, 81))
    radius = 2 / math.radians(degrees)
    path = radius * np.stack([1 - np.cos(angle), -np.sin(angle)], -1)
    m = measure(*figure(81, path=path, turn=np.degrees(angle)))
    assert m.forward == pytest.approx(2.0, abs=0.06)  # the ends are smoothed
    assert m.distance == pytest.approx(m.forward, abs=0.01)
    assert m.turn == pytest.approx(degrees, abs=5)  # means of a quarter of a second at both ends
    assert len(m.turns) == 1 and m.turns[0] == pytest.approx(degrees, abs=8)
    assert m.speed == pytest.approx(2.0 / 4.05, abs=0.02)


@pytest.mark.parametrize("facing", [0, 70, 180])
def test_ways_follow_the_heading(facing):
    """2 m ahead, backwards and to the left of a body that faces anywhere."""
    a = math.radians(facing)
    ahead, left = np.array([math.sin(a), -math.cos(a)]), np.array([math.cos(a), math.sin(a)])
    way = np.linspace(0, 2, 61)[:, None]
    for direction, forward in ((ahead, 2), (-ahead, -2), (left, 0), (-left, 0)):
        m = measure(*figure(61, path=way * direction, turn=facing))
        assert m.forward == pytest.approx(forward, abs=0.08)


def test_turns_one_after_another():
    there_and_back = np.concatenate([np.linspace(0, 90, 30), np.linspace(90, -20, 40)])
    assert find_turns(there_and_back) == pytest.approx((90, -110))
    sway = 15 * np.sin(np.arange(100) / 3)
    assert find_turns(sway) == ()
    assert find_turns(np.linspace(0, 720, 200) + sway[:1].repeat(200)) == pytest.approx((720,))
    assert find_turns(np.zeros(1)) == ()


@pytest.mark.parametrize("waves", [3, 7])
@pytest.mark.parametrize("name, sign", [("left", 1), ("right", -1)])
def test_waves(waves, name, sign):
    """The wrist 25 cm above the elbow swings `waves` times by 20 cm."""
    t = np.linspace(0, 1, 20 * waves)
    swing = 0.2 * np.sin(2 * np.pi * waves * t)
    wrist = np.stack([sign * 0.25 + swing, np.full_like(t, -0.1), np.full_like(t, 1.6)], -1)
    m = measure(*figure(len(t), **{f"{name}_wrist": wrist, f"{name}_elbow": (sign * 0.25, 0, 1.35)}))
    waving, hanging = (m.left, m.right) if name == "left" else (m.right, m.left)
    assert waving.waves == waves
    assert waving.raised == pytest.approx(0.25) and waving.raised_at_end == pytest.approx(0.25)
    assert waving.reach > 0.19
    assert hanging.waves == 0 and hanging.reach == 0


def test_a_hand_that_moves_below_its_elbow_does_not_wave():
    swing = 0.2 * np.sin(np.arange(80) / 3)
    wrist = np.stack([0.2 + swing, np.zeros(80), np.full(80, 0.83)], -1)
    assert measure(*figure(80, left_wrist=wrist)).left.waves == 0


@pytest.mark.parametrize("steps", [1, 4, 9])
def test_steps(steps):
    """Feet take turns: a swing takes 0.4 s and 60 cm, while the other stands; the pelvis is between."""
    swing, pause = 8, 4
    frames = steps * (swing + pause) + pause
    feet = np.zeros((frames, 2))
    for k in range(steps):
        start = pause + k * (swing + pause)
        way = np.clip((np.arange(frames) - start) / swing, 0, 1)
        feet[:, k % 2] += 0.6 * (1 - np.cos(np.pi * way)) / 2
    pelvis = feet.mean(1)
    placed = {}
    for k, name in enumerate(("left", "right")):
        for joint in ("ankle", "foot"):
            x, y, z = REST[f"{name}_{joint}"]
            y = y - (feet[:, k] - pelvis)
            placed[f"{name}_{joint}"] = np.stack([np.full(frames, x), y, np.full(frames, z)], -1)
    m = measure(*figure(frames, path=np.stack([0 * pelvis, -pelvis], -1), **placed))
    assert m.steps == steps
    assert m.left.steps == (steps + 1) // 2 and m.right.steps == steps // 2


def test_a_jump_of_30_centimetres():
    t = (np.arange(60) - 20) / FPS
    flight = 2 * math.sqrt(2 * 0.3 / 9.81)  # up and down again
    lift = np.where((t > 0) & (t < flight), 9.81 / 2 * t * (flight - t), 0)
    m = measure(*figure(60, lift=lift))
    assert lift.max() > 0.28
    assert m.left.foot_raised == pytest.approx(0.06 + lift.max(), abs=1e-6)
    assert m.start_height == pytest.approx(1)


def test_crouching_and_lying():
    depth = np.concatenate([np.zeros(20), np.linspace(0, 0.45, 20), np.full(20, 0.45)])
    low = {
        name: np.stack([np.full(60, x), np.full(60, y), z - depth * (z > 0.5)], -1)
        for name, (x, y, z) in REST.items()
    }
    m = measure(*figure(60, **low))
    assert m.start_height == pytest.approx(1) and m.end_height == pytest.approx((0.88 - 0.45) / 0.88)
    assert m.lowest == pytest.approx(m.end_height)
    lying = measure(*figure(30, neck=(0, 0.5, 0.9)))
    assert lying.tilt == lying.start_tilt == lying.end_tilt == pytest.approx(90)


def test_gaze_range():
    """The face turns to the left by 40° in one frame, and stays there."""
    motion, joints = figure(30)
    rotations = motion.rotations()
    c, s = math.cos(math.radians(40)), math.sin(math.radians(40))
    rotations[10:, JOINT_INDEX["head"]] = torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]])  # about Y: left
    turned = Motion.from_rotations(rotations, motion.pelvis)
    assert measure(turned, joints).gaze_range == pytest.approx(40, abs=0.01)


def test_one_frame():
    m = measure(*figure(1))
    assert (m.distance, m.steps, m.turn) == (0, 0, 0)
