import math

import numpy as np
import pytest
import roma
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.motion import (
    JOINT_NAMES,
    LAYOUT,
    N_ROTATIONS,
    UPRIGHT,
    D,
    Motion,
    decode,
    decode_joints,
    encode,
    heading,
    join,
    mirror,
    smooth,
)


def turn(axis: str, angle) -> torch.Tensor:
    """Rotation matrices about a world axis, (...) → (..., 3, 3)."""
    angle = torch.as_tensor(angle, dtype=torch.float64)
    vector = torch.zeros(*angle.shape, 3, dtype=torch.float64)
    vector[..., "xyz".index(axis)] = angle
    return roma.rotvec_to_rotmat(vector)


def moved(motion: Motion, yaw: float, shift: torch.Tensor) -> Motion:
    """The motion turned about the world's vertical and moved over the floor."""
    rotations, rotation = motion.rotations(), turn("z", yaw).to(motion.pelvis)
    rotations[..., 0, :, :] = rotation @ rotations[..., 0, :, :]
    return Motion.from_rotations(rotations, motion.pelvis @ rotation.T + shift.to(motion.pelvis))


def angle_between(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return roma.rotmat_geodesic_distance(a.double(), b.double())


def test_widths_are_the_published_ones():
    widths = {name: part.stop - part.start for name, part in LAYOUT.items()}
    assert list(widths.values()) == [1, 2, 1, 22 * 6, 23 * 3]
    assert sum(widths.values()) == D == 205
    covered = np.concatenate([np.arange(D)[part] for part in LAYOUT.values()])
    assert (covered == np.arange(D)).all()


def test_parts_of_a_known_walk(body):
    """Forward at 3 cm a frame along the heading while turning left, by hand."""
    frames, speed, rate = 12, 0.03, 0.1
    alpha = 0.7 + rate * torch.arange(frames, dtype=torch.float64)
    rotations = torch.eye(3, dtype=torch.float64).expand(frames, N_ROTATIONS, 3, 3).clone()
    rotations[:, 0] = turn("z", alpha) @ UPRIGHT.double()
    facing = torch.stack([alpha.sin(), -alpha.cos(), 0 * alpha], -1)  # -Y turned by alpha
    pelvis = torch.tensor([5.0, -2.0, 0.9]) + speed * torch.cat([torch.zeros(1, 3), facing[:-1].cumsum(0)])
    motion = Motion.from_rotations(rotations, pelvis.double())
    x = encode(motion, body.joints(Motion(*(v.float() for v in vars(motion).values()))).double())
    ones = torch.ones(frames, dtype=torch.float64)
    torch.testing.assert_close(x[:, LAYOUT["root_height"]], 0.9 * ones[:, None])
    torch.testing.assert_close(
        x[:, LAYOUT["root_velocity"]], ones[:, None] * torch.tensor([0.0, -speed]).double()
    )
    torch.testing.assert_close(x[:, LAYOUT["yaw_velocity"]], rate * ones[:, None])
    expected = (body.rest_joints[1:] - body.rest_joints[0]).double() @ UPRIGHT.double().T
    torch.testing.assert_close(
        x[:, LAYOUT["joints"]].unflatten(-1, (-1, 3)), expected.expand(frames, -1, -1), atol=1e-5, rtol=0
    )
    six = x[:, LAYOUT["rotations"]].unflatten(-1, (-1, 6))
    torch.testing.assert_close(six[:, 0], UPRIGHT[:, :2].T.flatten().double().expand(frames, 6))
    torch.testing.assert_close(six[:, 1], torch.tensor([1, 0, 0, 0, 1, 0.0]).double().expand(frames, 6))


@pytest.mark.parametrize("seed", range(5))
def test_round_trip_up_to_start(body, random_motion, seed):
    motion = random_motion(seed, frames=200)
    x = encode(motion, body.joints(motion))
    assert x.shape == (200, D) and x.dtype == torch.float32
    start = heading(motion.rotations()[:, 0])[0]
    home = moved(motion, -float(start), torch.zeros(3))
    home = Motion(home.global_orient, home.body_pose, home.pelvis - home.pelvis[0] * torch.tensor([1, 1, 0]))
    back = decode(x)
    assert (back.pelvis - home.pelvis).norm(dim=-1).max() < 1e-3
    assert angle_between(back.rotations(), home.rotations()).max() < 1e-3  # float32's acos
    torch.testing.assert_close(back.rotations(), home.rotations(), atol=1e-4, rtol=0)
    assert (body.joints(back) - body.joints(home)).norm(dim=-1).max() < 1e-3


def test_round_trip_is_exact_in_float64(random_motion):
    """What is lost above is float32's; the maths itself loses nothing."""
    motion = random_motion(1, frames=400, dtype=torch.float64)
    joints = motion.pelvis[:, None] + torch.randn(400, 24, 3, dtype=torch.float64)
    joints[:, 0] = motion.pelvis
    x = encode(motion, joints)
    again = encode(decode(x), decode_joints(x))
    torch.testing.assert_close(again, x, atol=1e-11, rtol=0)


def test_two_ways_to_the_joints(body, random_motion):
    motion = random_motion(2, frames=100)
    joints = body.joints(motion)
    x = encode(motion, joints)
    decoded = decode_joints(x)
    torch.testing.assert_close(decoded, body.joints(decode(x)), atol=1e-4, rtol=0)
    start = turn("z", -heading(motion.rotations()[:, 0])[0]).float()
    expected = (joints - motion.pelvis[0] * torch.tensor([1, 1, 0])) @ start.T
    torch.testing.assert_close(decoded, expected, atol=1e-4, rtol=0)


@settings(max_examples=25, deadline=None)
@given(st.floats(-math.pi, math.pi), st.floats(-10, 10), st.floats(-10, 10))
def test_where_and_which_way_do_not_matter(body, random_motion, yaw, x, y):
    motion = random_motion(3, dtype=torch.float64)
    joints = motion.pelvis[:, None] + torch.randn(
        40, 24, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    other = moved(motion, yaw, torch.tensor([x, y, 0.0]))
    other_joints = joints @ turn("z", yaw).T + torch.tensor([x, y, 0.0])
    torch.testing.assert_close(encode(other, other_joints), encode(motion, joints), atol=1e-9, rtol=0)


@settings(max_examples=50, deadline=None)
@given(st.floats(-math.pi, math.pi), st.integers(0, 1000))
def test_heading_turns_with_the_world(yaw, seed):
    generator = torch.Generator().manual_seed(seed)
    tilt = 0.5 * torch.randn(30, 3, generator=generator, dtype=torch.float64)
    root = roma.rotvec_to_rotmat(tilt) @ UPRIGHT.double()
    difference = heading(turn("z", yaw) @ root) - heading(root) - yaw
    assert torch.atan2(difference.sin(), difference.cos()).abs().max() < 1e-9


def test_heading_of_upright_bodies_is_their_yaw():
    alpha = torch.linspace(-3, 3, 13, dtype=torch.float64)
    torch.testing.assert_close(heading(turn("z", alpha) @ UPRIGHT.double()), alpha)


@pytest.mark.parametrize("axis", ["y", "x"], ids=["cartwheel", "flip"])
@pytest.mark.parametrize("start", [0.0, 2.5])
def test_heading_stays_calm_upside_down(axis, start):
    """A whole roll about the forward axis or about the body's left, in 2 s, with a degree of noise."""
    generator = torch.Generator().manual_seed(0)
    roll = torch.linspace(0, 2 * math.pi, 41)
    noise = 0.02 * torch.randn(41, 3, generator=generator, dtype=torch.float64)
    root = turn("z", start) @ turn(axis, roll) @ roma.rotvec_to_rotmat(noise) @ UPRIGHT.double()
    alpha = heading(root)
    assert alpha.diff().abs().max() < 0.12
    assert (alpha - alpha[0]).abs().max() < 0.15


def test_heading_while_lying_on_a_side_or_the_back():
    """Where ZYX Euler yaw is singular: lying sideways and turning slowly is a slow turn."""
    alpha = torch.linspace(0, 1, 20, dtype=torch.float64)
    for axis, angle in (("y", math.pi / 2), ("y", -math.pi / 2), ("x", math.pi / 2), ("x", -math.pi / 2)):
        torch.testing.assert_close(heading(turn("z", alpha) @ turn(axis, angle) @ UPRIGHT.double()), alpha)


def test_a_handstand_all_along_has_a_heading_in_every_frame():
    root = turn("x", torch.full((5,), math.pi - 0.3)) @ UPRIGHT.double()
    assert torch.isfinite(heading(root)).all()


@pytest.mark.slow
def test_decode_is_differentiable(random_motion):
    motion = random_motion(4, frames=2, dtype=torch.float64)
    joints = motion.pelvis[:, None].expand(-1, 24, -1) + 0.1
    x = encode(motion, joints).requires_grad_()

    def rotations_and_pelvis(x):
        back = decode(x)
        return back.rotations(), back.pelvis

    assert torch.autograd.gradcheck(rotations_and_pelvis, (x,), atol=1e-6)
    assert torch.autograd.gradcheck(decode_joints, (x,))


def test_gradient_is_finite_at_rest():
    """All rotations exactly zero, where the axis of axis-angle is undefined."""
    motion = Motion(torch.zeros(2, 3), torch.zeros(2, 63), torch.zeros(2, 3))
    x = encode(motion, torch.zeros(2, 24, 3)).requires_grad_()
    back = decode(x)
    (back.body_pose.square().sum() + back.pelvis.sum()).backward()
    assert torch.isfinite(x.grad).all()


def test_batched_is_one_by_one(body, random_motion):
    motions = [random_motion(seed) for seed in range(6)]
    batch = Motion(*(torch.stack(v).unflatten(0, (2, 3)) for v in zip(*(vars(m).values() for m in motions))))
    x = encode(batch, body.joints(batch))
    one_by_one = torch.stack([encode(m, body.joints(m)) for m in motions]).unflatten(0, (2, 3))
    torch.testing.assert_close(x, one_by_one)
    back = decode(x)
    for i in range(6):
        torch.testing.assert_close(back.pelvis.flatten(0, 1)[i], decode(one_by_one.flatten(0, 1)[i]).pelvis)
    torch.testing.assert_close(decode_joints(x)[1, 2], decode_joints(x[1, 2]))


def test_last_frame_repeats_the_step_before(body, random_motion):
    motion = random_motion(5)
    x = encode(motion, body.joints(motion))
    steps = slice(LAYOUT["root_velocity"].start, LAYOUT["yaw_velocity"].stop)
    assert (x[-1, steps] == x[-2, steps]).all()
    assert not torch.allclose(x[-2, steps], x[-3, steps], atol=1e-5)


def test_a_longer_motion_begins_with_the_shorter_one(body, random_motion):
    """Only the last row depends on where a clip ends."""
    motion = random_motion(6)
    x, shorter = (encode(m, body.joints(m)) for m in (motion, motion[:25]))
    torch.testing.assert_close(shorter[:-1], x[:24])


def test_a_single_frame(body, random_motion):
    motion = random_motion(7)[:1]
    x = encode(motion, body.joints(motion))
    assert x.shape == (1, D)
    assert (x[0, LAYOUT["root_velocity"]] == 0).all() and (x[0, LAYOUT["yaw_velocity"]] == 0).all()
    back = decode(x)
    assert (back.pelvis[0, :2] == 0).all()
    torch.testing.assert_close(back.body_pose, motion.body_pose, atol=1e-4, rtol=0)


def test_numpy_in(body, random_motion):
    motion = random_motion(8)
    joints = body.joints(motion)
    x = encode(motion, joints)
    arrays = Motion(*(v.numpy() for v in vars(motion).values()))
    torch.testing.assert_close(encode(arrays, joints.numpy()), x)
    torch.testing.assert_close(decode(x.numpy()).pelvis, decode(x).pelvis)
    torch.testing.assert_close(decode_joints(x.numpy()), decode_joints(x))
    torch.testing.assert_close(mirror(x.numpy()), mirror(x))


def test_mirror_twice_is_nothing(random_motion):
    x = torch.randn(3, 10, D)
    assert (mirror(mirror(x)) == x).all()
    assert not torch.equal(mirror(x), x)


def test_mirror_is_the_reflected_motion(body, random_motion):
    """Reflect every global rotation and position in the plane x = 0, swap left and right, encode again."""
    motion = random_motion(9, frames=60)
    twins = [
        JOINT_NAMES.index(n.replace("left", "R").replace("right", "left").replace("R", "right"))
        for n in JOINT_NAMES
    ]
    flip = torch.diag(torch.tensor([-1.0, 1.0, 1.0]))
    reflected = flip @ motion.rotations()[:, twins[:N_ROTATIONS]] @ flip
    seen = Motion.from_rotations(reflected, motion.pelvis @ flip)
    expected = encode(seen, body.joints(motion)[:, twins] @ flip)
    x = encode(motion, body.joints(motion))
    torch.testing.assert_close(mirror(x), expected, atol=1e-5, rtol=0)
    # The body is symmetric enough that its own mirrored skeleton is where the mirrored joints are.
    assert (body.joints(seen) - body.joints(motion)[:, twins] @ flip).norm(dim=-1).max() < 1e-3


def test_slices_and_lengths(random_motion):
    motion = random_motion(0)
    part = motion[10:25]
    assert len(motion) == 40 and len(part) == 15
    assert torch.equal(part.pelvis, motion.pelvis[10:25])


def test_smooth_is_a_gaussian_average_over_frames():
    """Against the explicit sum, away from the ends; constants stay; zero changes nothing."""
    x = torch.randn(40, 3, dtype=torch.float64)
    offsets = torch.arange(-8, 9)
    kernel = torch.exp(-(offsets.double() ** 2) / (2 * 1.5**2))
    kernel /= kernel.sum()
    expected = torch.stack([(kernel[:, None] * x[f + offsets]).sum(0) for f in range(8, 32)])
    torch.testing.assert_close(smooth(x, 1.5)[8:32], expected, atol=1e-4, rtol=0)
    torch.testing.assert_close(smooth(torch.full((9, 2), 4.2), 1.0), torch.full((9, 2), 4.2))
    assert torch.equal(smooth(x, 0), x)


def test_join_puts_parts_where_the_layout_has_them_in_any_order():
    x = torch.arange(3.0 * D).reshape(3, D)
    parts = {name: x[:, columns] for name, columns in reversed(LAYOUT.items())}
    parts["rotations"] = parts["rotations"].reshape(3, N_ROTATIONS, 6)
    parts["joints"] = parts["joints"].reshape(3, -1, 3)
    assert torch.equal(join(parts), x)
