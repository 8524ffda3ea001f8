"""Clean-up of generated motion: planted feet, inverse kinematics, the floor."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from labkit.body import load_body
from labkit.cleanup import (
    ARMS,
    DEPTH,
    FARTHEST,
    LEGS,
    REACH,
    between,
    clean_up,
    contacts,
    corrections,
    envelope,
    move_end,
    plant_feet,
    raise_body,
    raise_limbs,
    stop_drift,
)
from labkit.dataset import MotionDataset
from labkit.motion import FPS, Motion, decode, encode


@pytest.fixture(scope="module")
def body():
    return load_body()


def standing(F: int, height: float = 0.0, body=None) -> Motion:
    """A person who stands at rest, soles `height` above the floor."""
    orient = torch.tensor([math.pi / 2, 0.0, 0.0]).repeat(F, 1)
    pelvis = torch.zeros(F, 3)
    pelvis[:, 2] = height + float(body.rest_joints[0, 1] - body.sole)
    return Motion(orient, torch.zeros(F, 63), pelvis)


def test_feet_of_a_standing_person_who_glides_stay_in_one_place(body):
    still = standing(60, body=body)
    bent = still.body_pose.clone()
    bent[:, [0, 3]], bent[:, [9, 12]], bent[:, [18, 21]] = -0.4, 0.8, -0.4  # hips, knees, ankles
    still = replace(still, body_pose=bent)
    lower = body.joints(still)[0, LEGS[0][3], 2] - body.joints(standing(1, body=body))[0, LEGS[0][3], 2]
    still = replace(still, pelvis=still.pelvis - lower * torch.tensor([0, 0, 1.0]))
    glides = replace(
        still, pelvis=still.pelvis + torch.linspace(0, 0.2, 60)[:, None] * torch.tensor([1.0, 0, 0])
    )
    planted = plant_feet(glides, body)
    before, after = body.joints(glides), body.joints(planted)
    feet = [joint for leg in LEGS for joint in leg[2:]]
    assert before[:, feet].diff(dim=0).norm(dim=-1).max() > 0.003
    assert after[:, feet].diff(dim=0).norm(dim=-1).max() < 2e-4
    torch.testing.assert_close(after[:, feet, 2], before[:, feet, 2], atol=1e-3, rtol=0)
    others = [j for j in range(24) if j not in LEGS[0] + LEGS[1]]
    torch.testing.assert_close(after[:, others], before[:, others], atol=1e-4, rtol=0)


def test_a_body_on_two_standing_feet_does_not_drift_and_walks_stay_as_long(body):
    still = standing(86, body=body)
    way = torch.linspace(0, 0.5, 86)[:, None] * torch.tensor([0.6, 0.8, 0])
    drifts = replace(still, pelvis=still.pelvis + way)
    torch.testing.assert_close(stop_drift(drifts, body).pelvis, still.pelvis, atol=2e-2, rtol=0)
    steps = drifts.body_pose.clone()
    steps[torch.arange(86) % 16 < 6, 0] = -1.5  # a foot is in the air every second
    steps = replace(drifts, body_pose=steps)
    torch.testing.assert_close(stop_drift(steps, body).pelvis, steps.pelvis)
    short = Motion(*(values[:1] for values in vars(still).values()))
    torch.testing.assert_close(stop_drift(short, body).pelvis, short.pelvis)


def test_a_foot_that_flies_fast_or_belongs_to_a_lying_body_does_not_stand(body):
    low, tall = torch.zeros(20, 3), torch.full((20,), 0.9)
    assert contacts(low, tall, 0.0).all()
    assert not contacts(low + torch.tensor([0, 0, 0.2]), tall, 0.0).any()
    assert not contacts(low, tall - 0.7, 0.0).any()
    fast = low.clone()
    fast[:, 0] = torch.arange(20) * 3 / FPS
    assert not contacts(fast, tall, 0.0).any()
    short = low + torch.tensor([0, 0, 0.2])
    short[9:11, 2] = 0
    assert not contacts(short, tall, 0.0).any()  # two frames are no contact


def test_corrections_hold_contacts_and_change_linearly_between_them():
    toes = torch.zeros(30, 2)
    toes[:10, 0] = torch.linspace(0, 0.09, 10)
    toes[10:20, 0] = torch.linspace(0.09, 1.0, 10)
    toes[20:, 0] = torch.linspace(1.0, 1.09, 10)
    stands = np.zeros(30, bool)
    stands[:10] = stands[20:] = True
    move = corrections(toes, stands)
    held = toes + move
    assert held[:10].std(0).max() < 1e-6 and held[20:].std(0).max() < 1e-6
    torch.testing.assert_close(held[0], toes[:10].mean(0))
    torch.testing.assert_close(
        move[9:21, 0].diff(), torch.full((11,), (move[20, 0] - move[9, 0]).item() / 11)
    )
    assert corrections(100 * toes, stands).norm(dim=1).max() == pytest.approx(FARTHEST)
    assert not corrections(toes, np.zeros(30, bool)).any()


def pose(seed: int, F: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    """Random poses with bent knees and elbows, rotations (F, 22, 3, 3), and pelvis (F, 3)."""
    generator = torch.Generator().manual_seed(seed)
    turns = 0.3 * torch.randn(F, 66, generator=generator)
    turns[:, [12, 15]] += 0.8  # knees bend about their x axis
    turns[:, 55] -= 0.8  # elbows about their y axis
    turns[:, 58] += 0.8
    motion = Motion(turns[:, :3], turns[:, 3:], torch.randn(F, 3, generator=generator))
    return motion.rotations(), motion.pelvis


@pytest.mark.parametrize("limb", [*LEGS, *ARMS])
@pytest.mark.parametrize("seed", range(3))
def test_the_end_of_a_limb_reaches_its_target_and_keeps_its_orientation(seed, limb, body):
    rotations, pelvis = pose(seed)
    root, hinge, end, outermost = limb
    world, joints = body.chain(rotations, pelvis)
    shift = 0.05 * torch.randn(40, 3, generator=torch.Generator().manual_seed(seed))
    target = joints[:, end] + shift
    moved_world, moved = body.chain(move_end(rotations, pelvis, body, limb, target), pelvis)
    length = (joints[:, root] - joints[:, hinge]).norm(dim=1) + (joints[:, hinge] - joints[:, end]).norm(
        dim=1
    )
    near = (target - joints[:, root]).norm(dim=1) < 0.999 * length
    assert near.float().mean() > 0.7
    torch.testing.assert_close(moved[near, end], target[near], atol=2e-4, rtol=0)
    torch.testing.assert_close(moved_world[:, end], world[:, end], atol=1e-4, rtol=0)
    same = [j for j in range(24) if j not in (hinge, end, outermost)]
    torch.testing.assert_close(moved[:, same], joints[:, same], atol=1e-5, rtol=0)
    assert (moved[:, hinge] - joints[:, hinge]).norm(dim=1).max() < 0.4  # knee and elbow do not flip over


def test_a_target_out_of_reach_straightens_the_limb_towards_it(body):
    rotations, pelvis = pose(0)
    root, hinge, end, _ = LEGS[0]
    hip = body.forward_kinematics(rotations, pelvis)[:, root]
    target = hip + torch.tensor([0.3, -0.5, -2.0])
    joints = body.forward_kinematics(move_end(rotations, pelvis, body, LEGS[0], target), pelvis)
    aim = torch.nn.functional.normalize(target - hip, dim=1)
    for part in (joints[:, hinge] - hip, joints[:, end] - hip):
        assert (torch.nn.functional.normalize(part, dim=1) * aim).sum(1).min() > 0.998


def test_hands_in_the_floor_are_raised_and_nothing_else(body):
    """A person face down in the air, whose arms hang into the floor."""
    turned = torch.zeros(30, 63)
    turned[:, 15 * 3 + 1], turned[:, 16 * 3 + 1] = -math.pi / 2, math.pi / 2  # shoulders: arms to the front
    hangs = Motion(torch.tensor([math.pi, 0.0, 0.0]).repeat(30, 1), turned, torch.zeros(30, 3))
    hands = body.outer[0][torch.isin(body.outer[1], torch.tensor([limb[3] for limb in ARMS]))]
    lowest = body.heights(hangs.rotations(), hangs.pelvis, hands).amin()
    sinks = replace(hangs, pelvis=hangs.pelvis - (lowest + 0.07) * torch.tensor([0, 0, 1.0]))
    raised = raise_limbs(sinks, body)
    assert body.heights(raised.rotations(), raised.pelvis, hands).amin() > -DEPTH - 2e-3
    torch.testing.assert_close(raised.pelvis, sinks.pelvis)
    others = [j for j in range(22) if j not in ARMS[0] + ARMS[1]]
    torch.testing.assert_close(raised.rotations()[:, others], sinks.rotations()[:, others], atol=1e-4, rtol=0)


def test_the_smallest_rotation_is_that_of_scipy():
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 50, 3, generator=generator, dtype=torch.float64)
    for x, y, found in zip(a, b, between(a, b)):
        angle = math.acos(float(x @ y / x.norm() / y.norm()))
        assert Rotation.from_matrix(found.numpy()).magnitude() == pytest.approx(angle)
        torch.testing.assert_close(found @ x / x.norm(), y / y.norm())
    torch.testing.assert_close(between(a, a), torch.eye(3, dtype=torch.float64).expand(50, 3, 3))


def test_a_body_in_the_floor_is_raised_smoothly_and_one_above_it_is_left(body):
    sinks = standing(80, body=body)
    pelvis = sinks.pelvis.clone()
    pelvis[:, 2] -= 0.1 * torch.exp(-(((torch.arange(80) - 40) / 10) ** 2))
    sinks = replace(sinks, pelvis=pelvis)
    raised = raise_body(sinks, body)
    assert body.vertices(sinks)[..., 2].min() < -0.09
    assert body.vertices(raised)[..., 2].min() > -DEPTH - 0.003  # `outer` leaves out some vertices
    assert (raised.pelvis - sinks.pelvis)[:, 2].diff().abs().max() < 0.02
    torch.testing.assert_close(raised.pelvis[[0, -1]], sinks.pelvis[[0, -1]])
    above = standing(10, 0.05, body)
    torch.testing.assert_close(raise_body(above, body).pelvis, above.pelvis)


@pytest.mark.parametrize("seed", range(3))
def test_the_envelope_covers_and_is_smooth(seed):
    values = torch.from_numpy(np.random.default_rng(seed).random(80) ** 4)
    curve = envelope(values)
    assert curve.shape == values.shape and (curve - values).min() > -1e-12
    assert curve.max() < values.max() + 1e-12
    peak = envelope(torch.eye(81, dtype=torch.float64)[40])
    assert peak[40] == pytest.approx(1) and (peak > 0).sum() == 4 * REACH + 1  # half a second on both sides
    assert peak.diff().abs().max() < 2 / (2 * REACH)
    torch.testing.assert_close(envelope(torch.full((3,), 0.2)), torch.full((3,), 0.2))  # shorter than that
    assert envelope(torch.zeros(1)).tolist() == [0]


@pytest.mark.parametrize("F", [1, 2, 3, 200])
def test_any_length(F, body):
    still = standing(F, body=body)
    cleaned = clean_up(encode(still, body.joints(still)), body)
    torch.testing.assert_close(cleaned.pelvis, still.pelvis - still.pelvis[:1] * torch.tensor([1.0, 1, 0]))


def test_clean_motion_hardly_changes(body):
    """Motions of the starter set were cleaned up or recorded: a second time changes little."""
    for sample in list(MotionDataset(["starter"]))[:20]:
        before = body.joints(decode(sample.x))
        moved = (body.joints(plant_feet(decode(sample.x), body)) - before).norm(dim=-1)
        assert moved.mean() < 0.03 and moved.max() < 2 * FARTHEST
