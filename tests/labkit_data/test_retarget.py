"""Retargeting: skeletons made from known SMPL motions must give these motions back."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from labkit.body import load_body
from labkit.motion import FPS, JOINT_INDEX, JOINT_NAMES, N_ROTATIONS, Motion
from labkit_data.formats.animation import Animation
from labkit_data.retarget import align_limbs, ankle_height, both_sides, resample, retarget, zero_pose_table

NAMES = JOINT_NAMES[:N_ROTATIONS]
Z_UP_TO_Y_UP = Rotation.from_euler("x", -90, degrees=True)
BONES = [
    (f"{side}_{joint}", f"{side}_{child}")
    for side in ("left", "right")
    for joint, child in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
]


@pytest.fixture(scope="module")
def body():
    return load_body()


def random_motion(seed: int, frames: int = 6) -> Motion:
    rng = np.random.default_rng(seed)
    pose = Rotation.random(frames * N_ROTATIONS, random_state=seed).as_rotvec().reshape(frames, -1)
    pelvis = rng.normal(size=(frames, 3))
    return Motion(*(torch.tensor(v, dtype=torch.float32) for v in (pose[:, :3], pose[:, 3:], pelvis)))


def source_of(motion: Motion, body, axes: dict[str, np.ndarray], scale: float) -> Animation:
    """The motion on a Y-up skeleton like the body's, `scale` times as large, whose joints have other axes."""
    local, rest = motion.rotations().double().numpy(), body.rest_joints.double().numpy()
    world, offsets = [], []
    for j in range(N_ROTATIONS):
        parent = body.parents[j]
        above = world[parent] if parent >= 0 else np.broadcast_to(Z_UP_TO_Y_UP.as_matrix(), local[:, 0].shape)
        world.append(above @ local[:, j])
        bone = rest[j] - rest[max(parent, 0)]
        offsets.append(scale * axes[NAMES[max(parent, 0)]].T @ bone)
    turned = [w @ axes[name] for w, name in zip(world, NAMES)]
    rotations = [turned[0]] + [
        np.swapaxes(turned[body.parents[j]], 1, 2) @ turned[j] for j in range(1, N_ROTATIONS)
    ]
    root = scale * Z_UP_TO_Y_UP.apply(motion.pelvis.double().numpy())
    parents = [body.parents[j] for j in range(N_ROTATIONS)]
    names = [f"source {name}" for name in NAMES]
    return Animation(names, parents, np.array(offsets), np.stack(rotations, axis=1), root, FPS)


def random_axes(seed: int) -> dict[str, np.ndarray]:
    return dict(zip(NAMES, Rotation.random(N_ROTATIONS, random_state=seed).as_matrix()))


def angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angle between directions (..., 3), degrees; exact for small angles too."""
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(-1)))


def assert_same_limb_directions(motion: Motion, animation: Animation, table, body) -> None:
    ours = body.joints(motion).double().numpy()
    theirs = Z_UP_TO_Y_UP.inv().as_matrix() @ animation.forward()[1][..., None]
    for start, end in BONES:
        a = ours[:, JOINT_INDEX[end]] - ours[:, JOINT_INDEX[start]]
        i, j = (animation.names.index(table[joint][0]) for joint in (start, end))
        assert angle(a, (theirs[:, j] - theirs[:, i])[..., 0]).max() < 0.01


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_motion_comes_back_through_any_local_axes(body, scale):
    motion, axes = random_motion(seed=0), random_axes(seed=1)
    animation = source_of(motion, body, axes, scale)
    table = {name: (f"source {name}", axes[name]) for name in NAMES}
    back = retarget(animation, table, body, floor=0.1)
    torch.testing.assert_close(back.rotations(), motion.rotations(), atol=2e-5, rtol=0)
    torch.testing.assert_close(back.pelvis, motion.pelvis + torch.tensor([0, 0, 0.1]), atol=2e-5, rtol=0)


def test_an_exact_table_is_left_as_it_is(body):
    axes = random_axes(seed=2)
    animation = source_of(random_motion(seed=3), body, axes, 1.0)
    table = {name: (f"source {name}", axes[name]) for name in NAMES}
    for name, (source, aligned) in align_limbs(animation, table, body).items():
        assert source == f"source {name}"
        np.testing.assert_allclose(aligned, axes[name], atol=1e-6)


def test_limbs_point_where_the_source_points_though_the_rest_poses_differ(body):
    axes = random_axes(seed=4)
    animation = source_of(random_motion(seed=5), body, axes, 1.3)
    nudges = Rotation.from_rotvec(0.2 * Rotation.random(N_ROTATIONS, random_state=6).as_rotvec()).as_matrix()
    rough = {name: (f"source {name}", nudge @ axes[name]) for name, nudge in zip(NAMES, nudges)}
    table = align_limbs(animation, rough, body)
    assert_same_limb_directions(retarget(animation, table, body, 0.0), animation, table, body)


def a_pose(body, frames: int = 5) -> Animation:
    """A skeleton with all zero-pose axes along the world's, arms 50° down, legs 10° apart, toes 12° out."""
    identity = dict.fromkeys(NAMES, np.eye(3))
    animation = source_of(random_motion(seed=7, frames=frames), body, identity, 1.0)
    for j, name in enumerate(NAMES):
        side = 1 if name.startswith("left") else -1
        for turned, euler in (
            (("elbow", "wrist"), ("z", -50 * side)),
            (("knee", "ankle"), ("z", 10 * side)),
            (("foot",), ("y", 12 * side)),
        ):
            if name.endswith(turned):
                animation.offsets[j] = Rotation.from_euler(*euler, degrees=True).apply(animation.offsets[j])
    return animation


def test_zero_pose_limbs_point_where_the_source_points(body):
    animation = a_pose(body)
    table = zero_pose_table(animation, {name: f"source {name}" for name in NAMES}, body)
    assert_same_limb_directions(retarget(animation, table, body, 0.0), animation, table, body)
    for side, sign in (("left", 1), ("right", -1)):
        np.testing.assert_array_equal(table[f"{side}_wrist"][1], table[f"{side}_elbow"][1])
        feet = Rotation.from_euler("y", -12 * sign, degrees=True).as_matrix()
        np.testing.assert_allclose(table[f"{side}_ankle"][1], feet, atol=1e-6)
        np.testing.assert_allclose(table[f"{side}_foot"][1], feet, atol=1e-6)
    for joint in ("pelvis", "spine1", "spine2", "spine3", "neck", "head", "left_collar", "right_collar"):
        np.testing.assert_array_equal(table[joint][1], np.eye(3))


def test_a_zero_pose_like_smpls_needs_no_turn(body):
    animation = source_of(random_motion(seed=8), body, dict.fromkeys(NAMES, np.eye(3)), 2.0)
    for _, axes in zero_pose_table(animation, {name: f"source {name}" for name in NAMES}, body).values():
        np.testing.assert_allclose(axes, np.eye(3), atol=1e-6)


def test_joints_without_a_source(body):
    """The torso bends evenly from pelvis to chest and from there to the head; hands follow the forearms."""
    bend = np.zeros((1, N_ROTATIONS, 3))
    bend[0, NAMES.index("spine3")] = np.radians([60, 0, 0])
    bend[0, NAMES.index("head")] = np.radians([0, 40, 0])
    bend[0, NAMES.index("left_wrist")] = np.radians([0, 0, 30])
    pose = torch.tensor(bend.reshape(1, -1), dtype=torch.float32)
    identity = dict.fromkeys(NAMES, np.eye(3))
    animation = source_of(Motion(pose[:, :3], pose[:, 3:], torch.zeros(1, 3)), body, identity, 1.0)
    left_out = ("spine1", "spine2", "neck", "left_wrist")
    table = {name: (f"source {name}", np.eye(3)) for name in NAMES if name not in left_out}
    back = retarget(animation, table, body, 0.0).body_pose[0].rad2deg().reshape(-1, 3)
    expected = torch.zeros(21, 3)
    for name in ("spine1", "spine2", "spine3"):
        expected[NAMES.index(name) - 1, 0] = 20
    for name in ("neck", "head"):
        expected[NAMES.index(name) - 1, 1] = 20
    torch.testing.assert_close(back, expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize("fps", [24, 30, 60, 120])
def test_resampling_keeps_constant_speeds(fps):
    seconds, spin, speed = 2, np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.0, -1.2])
    times = np.arange(seconds * fps + 1) / fps
    start = Rotation.random(random_state=0)
    rotations = (start * Rotation.from_rotvec(times[:, None] * spin)).as_matrix()[:, None]
    animation = Animation(["root"], [-1], np.zeros((1, 3)), rotations, times[:, None] * speed, fps)
    result = resample(animation, FPS)
    new_times = np.arange(seconds * FPS + 1) / FPS
    assert result.fps == FPS
    np.testing.assert_allclose(result.root, new_times[:, None] * speed, atol=1e-12)
    expected = (start * Rotation.from_rotvec(new_times[:, None] * spin)).as_matrix()
    np.testing.assert_allclose(result.rotations[:, 0], expected, atol=1e-7)


def test_resampling_a_single_frame_and_the_same_rate():
    one = Animation(["root"], [-1], np.zeros((1, 3)), np.eye(3)[None, None], np.ones((1, 3)), 30)
    assert len(resample(one, FPS).root) == 1
    rotations = Rotation.random(9, random_state=1).as_matrix()[:, None]
    nine = Animation(["root"], [-1], np.zeros((1, 3)), rotations, np.arange(27.0).reshape(9, 3), FPS)
    np.testing.assert_allclose(resample(nine, FPS).rotations, rotations, atol=1e-12)
    np.testing.assert_array_equal(resample(nine, FPS).root, nine.root)


def test_a_body_with_its_ankles_at_ankle_height_stands_on_the_floor(body):
    upright = torch.tensor([[np.pi / 2, 0, 0]], dtype=torch.float32)
    above_ankles = body.rest_joints[0, 1] - body.rest_joints[[7, 8], 1].mean()
    pelvis = torch.tensor([[3.0, -2.0, ankle_height(body) + above_ankles]])
    vertices = body.vertices(Motion(upright, torch.zeros(1, 63), pelvis))
    assert abs(vertices[..., 2].min()) < 1e-5


def test_in_other_axes_all_joints_are_where_they_were():
    generator = np.random.default_rng(0)
    rotations = Rotation.random(4 * 3, random_state=0).as_matrix().reshape(4, 3, 3, 3)
    animation = Animation(
        list("abc"), [-1, 0, 1], generator.normal(size=(3, 3)), rotations, generator.normal(size=(4, 3)), FPS
    )
    turn = Rotation.from_euler("xz", [90, 30], degrees=True).as_matrix()
    found, expected = animation.in_axes(turn).forward()[1], animation.forward()[1]
    np.testing.assert_allclose(found, expected @ turn.T, atol=1e-12)


def test_names_of_both_sides():
    mapping = both_sides({"head": "Head", "knee": "*Leg"}, "Left", "Right")
    assert mapping == {"head": "Head", "left_knee": "LeftLeg", "right_knee": "RightLeg"}
