"""A floor that bears the body: on poses made here, and on real clips that sank where they are."""

import numpy as np
import pytest
import roma
import torch
from test_cmu import unpack

from labkit.cleanup import DEPTH
from labkit.motion import FPS, UPRIGHT, Motion
from labkit.motion import JOINT_INDEX as J
from labkit_data.floor import lowest, settle
from labkit_data.sources import accad, deepmimic

FRAMES = 60


def posed(orient=(0.0, 0.0, 0.0), **turns) -> Motion:
    """A body that holds a pose, upright and turned about the world's axes by `orient`, its pelvis at 0."""
    local = torch.eye(3).repeat(FRAMES, 22, 1, 1)
    local[:, 0] = roma.rotvec_to_rotmat(torch.tensor(orient)) @ UPRIGHT
    for joint, turn in turns.items():
        local[:, J[joint]] = roma.rotvec_to_rotmat(torch.tensor(turn))
    return Motion.from_rotations(local, torch.zeros(FRAMES, 3))


def at(motion: Motion, height: torch.Tensor | float, body) -> Motion:
    """The motion with its lowest vertex at this height, a number or one a frame."""
    shift = torch.as_tensor(height) - body.vertices(motion)[..., 2].amin(1)
    return Motion(
        motion.global_orient, motion.body_pose, motion.pelvis + shift[:, None] * torch.tensor([0, 0, 1.0])
    )


def jerk(motion: Motion, body) -> float:
    return float((body.joints(motion).diff(n=3, dim=0) * FPS**3).norm(dim=-1).mean())


STANDING = posed()
LYING = posed((-np.pi / 2, 0, 0), left_shoulder=(0, 0, -0.4), right_shoulder=(0, 0, 0.4))  # on the back
# On hands and knees: arms and thighs point down.
FOURS = posed(
    (np.pi / 2, 0, 0), left_shoulder=(0, -1.5, 0), right_shoulder=(0, 1.5, 0),
    left_hip=(-1.5, 0, 0), right_hip=(-1.5, 0, 0), left_knee=(1.5, 0, 0), right_knee=(1.5, 0, 0),
)  # fmt: skip


@pytest.mark.parametrize("height", [-0.009, 0.0, 0.3])
def test_what_does_not_sink_is_left_as_it_is(body, height):
    motion = at(STANDING, height, body)
    assert settle(motion, body) is motion


def test_a_lying_body_rises_to_the_floor(body):
    """Sinking slowly and coming up again: it rises by as much as it sinks, and as smoothly."""
    depth = 0.1 * (1 - torch.cos(torch.linspace(0, 2 * np.pi, FRAMES)))
    sunk = at(LYING, -depth, body)
    settled = settle(sunk, body)
    low = body.vertices(settled)[..., 2].amin(1)
    assert low.min() > -DEPTH - 0.003 and low.max() < 0.02
    assert jerk(settled, body) < 1.5 * jerk(sunk, body) + 1


def test_feet_that_sink_a_little_lift_the_body(body):
    """By what is more than DEPTH, beginning and ending smoothly; nobody's arms turn for it."""
    depth = 0.025 * torch.exp(-(((torch.arange(FRAMES) - 30) / 4.0) ** 2))
    sunk = at(STANDING, -depth, body)
    settled = settle(sunk, body)
    assert lowest(settled, body).min() > -DEPTH - 1e-3
    lift = (settled.pelvis - sunk.pelvis)[:, 2]
    assert 0.014 < lift.max() < 0.018 and lift[[0, -1]].max() == 0 and lift.diff(n=2).abs().max() < 0.003
    toes = [J["left_foot"], J["right_foot"]]
    turned = (settled.rotations() - sunk.rotations()).abs().amax(dim=(0, 2, 3)) > 1e-5
    assert set(turned.nonzero()[:, 0].tolist()) <= set(toes)


def test_hands_lie_down_instead_of_lifting_knees(body):
    """Straight hands under straight arms go 15 cm into the floor: the body stays on its knees."""
    legs = [J[f"{side}_{joint}"] for side in ("left", "right") for joint in ("hip", "knee", "ankle", "foot")]
    sides, joints = body.outer
    lower = torch.isin(joints, torch.tensor(legs))
    knees = body.heights(FOURS.rotations(), FOURS.pelvis, sides)[:, lower].amin()
    sunk = Motion(FOURS.global_orient, FOURS.body_pose, FOURS.pelvis - knees * torch.tensor([0, 0, 1.0]))
    assert lowest(sunk, body).min() < -0.1
    settled = settle(sunk, body)
    assert lowest(settled, body).min() > -DEPTH - 1e-3
    assert body.heights(settled.rotations(), settled.pelvis, sides)[:, lower].amin(1).max() < 0.03
    turned = (settled.rotations() - sunk.rotations()).abs().amax(dim=(0, 2, 3)) > 1e-5
    arms = {J[f"{side}_{joint}"] for side in ("left", "right") for joint in ("shoulder", "elbow", "wrist")}
    assert set(turned.nonzero()[:, 0].tolist()) <= arms
    assert jerk(settled, body) < 1  # it was quite still


def test_toes_bend_and_nothing_else_moves(body):
    """A foot that stands on its ball for a quarter of a second: its toes would be 2 cm in the floor."""
    pitch = 0.5 * torch.exp(-(((torch.arange(FRAMES) - 30) / 3.0) ** 2))
    local = STANDING.rotations().clone()
    local[:, J["left_ankle"]] = roma.rotvec_to_rotmat(pitch[:, None] * torch.tensor([1.0, 0, 0]))
    vertices, joints = body.outer
    others = body.heights(local, STANDING.pelvis, vertices[joints != J["left_foot"]]).amin(1)
    sunk = Motion.from_rotations(local, -others[:, None] * torch.tensor([0, 0, 1.0]))
    assert lowest(sunk, body).min() < -0.015
    settled = settle(sunk, body)
    assert lowest(settled, body).min() > -DEPTH - 1e-3
    moved = (body.joints(settled) - body.joints(sunk)).norm(dim=-1)
    assert moved.max() < 0.005 and moved[[0, -1]].max() == 0
    turned = (settled.rotations() - sunk.rotations()).abs().amax(dim=(0, 2, 3)) > 1e-5
    assert turned.nonzero()[:, 0].tolist() == [J["left_foot"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "archive, file, source",
    [
        ("accad.tar.xz", "Female1_A10_LieToCrouch.bvh", accad),
        ("deepmimic.tar.xz", "140_01.txt", deepmimic),
        ("deepmimic.tar.xz", "49_08.txt", deepmimic),
    ],
)
def test_real_clips_that_sank(tmp_path, body, archive, file, source):
    """Lying, getting up, cartwheels: on the floor, as smooth as before; who lies goes on lying on it."""
    [raw] = source.scan(unpack(archive, {file}, tmp_path))
    sunk = source.load(raw, body)
    settled = settle(sunk, body)
    low = body.vertices(settled)[..., 2].amin(1)
    assert body.vertices(sunk)[..., 2].min() < -0.2 and low.min() > -DEPTH - 0.005
    assert jerk(settled, body) < 1.1 * jerk(sunk, body)
    assert (settled.pelvis - sunk.pelvis)[:, 2].max() < 0.15  # of 21 to 32 cm: the arms yield, not the body
    lying = sunk.pelvis[:, 2] < 0.4
    assert not lying.any() or low[lying].median() < 0.01
