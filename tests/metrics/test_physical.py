import numpy as np
import pytest
import torch

from labkit.metrics import floor_penetration, foot_sliding, jerk
from labkit.motion import FPS

REST = np.array([0.08, 0.09, 0.02, 0.03])  # ankles and toes, left and right
ANKLES, TOES = (7, 8), (10, 11)


def standing(frames):
    """All joints a metre up, the four foot joints where they rest."""
    joints = np.zeros((frames, 24, 3))
    joints[..., 2] = 1.0
    joints[:, [*ANKLES, *TOES], 2] = REST
    return joints


def walking(frames=30, seed=0):
    """A random body that wades into the floor and out again, so that every metric has something to say."""
    steps = 0.01 * np.random.default_rng(seed).normal(size=(frames, 24, 3))
    joints = standing(frames) + steps.cumsum(0)
    joints[..., 2] += 0.1 * np.sin(np.arange(frames))[:, None]
    return joints


METRICS = {
    "foot_sliding": lambda j, mask=None: foot_sliding(j, REST, mask),
    "jerk": jerk,
    "floor_penetration": lambda j, mask=None: floor_penetration(j, REST, mask),
}
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)


def test_constant_speed_is_measured_exactly():
    joints = standing(11)
    time = np.arange(11) / FPS
    joints[:, :, 0] += 0.3 * time[:, None]
    joints[:, :, 1] -= 0.4 * time[:, None]
    assert foot_sliding(joints, REST) == pytest.approx(0.5)


def test_only_feet_near_the_floor_and_only_horizontal_motion_count():
    joints = standing(11)
    time = np.arange(11) / FPS
    joints[:, [8, 11], 2] += 0.021  # right foot lifted: fast, but not standing
    joints[:, [8, 11], 0] += 5 * time[:, None]
    joints[:, [7, 10], 2] += (
        0.019 * (np.arange(11) % 2)[:, None]
    )  # left foot jitters upwards, and slides a bit
    joints[:, [7, 10], 0] += 0.25 * time[:, None]
    joints[:, 0] += 3 * time[:, None]  # the pelvis is no foot
    assert foot_sliding(joints, REST) == pytest.approx(0.25)


def test_a_step_needs_both_of_its_ends_near_the_floor():
    joints = standing(4)
    joints[:, :, 2] += [[0.0], [0.0], [0.1], [0.0]]
    joints[:, :, 0] += np.array([[0.0], [0.01], [1.0], [2.0]])
    assert foot_sliding(joints, REST) == pytest.approx(0.01 * FPS)  # the step from frame 0 to 1 alone


def test_a_body_that_never_lands_has_no_sliding_to_speak_of():
    assert np.isnan(foot_sliding(standing(5) + [0, 0, 1], REST))


def test_jerk_of_cubic_paths_is_exact():
    time = np.arange(25)[:, None, None] / FPS
    cubic, rest = np.random.default_rng(0).normal(size=(2, 24, 3))
    path = cubic * time**3 - 2 * rest * time**2 + rest * time + 1
    assert jerk(path) == pytest.approx(6 * np.linalg.norm(cubic, axis=-1).mean(), rel=1e-9)
    assert jerk(path - cubic * time**3) == pytest.approx(0, abs=1e-8)
    assert np.isnan(jerk(path[:3]))


def test_depth_in_metres():
    joints = standing(4)
    joints[:, 10, 2] += [-0.03, -0.01, 0.0, 0.2]  # left toes
    assert floor_penetration(joints, REST) == pytest.approx((0.03 + 0.01) / 4)


@every_metric
@pytest.mark.parametrize("padding", [0.0, 1e9, np.nan])
def test_padding_changes_nothing(metric, padding):
    short, long = walking(17, seed=1), walking(30, seed=2)
    batch = np.full((2, 30, 24, 3), padding)
    batch[0, 5:22], batch[1] = short, long  # padding before and after
    mask = np.ones((2, 30), dtype=bool)
    mask[0, :5] = mask[0, 22:] = False
    got = metric(batch, mask=mask)
    assert got.shape == (2,)
    assert got == pytest.approx([float(metric(short)), float(metric(long))], rel=1e-12)
    assert (got > 0).all()


@every_metric
def test_tensors_arrays_and_batch_dimensions_agree(metric):
    clips = np.stack([walking(seed=s) for s in range(6)]).astype(np.float32)
    each = [float(metric(c)) for c in clips]
    batched = metric(torch.tensor(clips, requires_grad=True).reshape(2, 3, 30, 24, 3))
    assert batched.reshape(-1) == pytest.approx(each, rel=1e-12)


@every_metric
def test_place_and_direction_on_the_floor_do_not_matter(metric):
    joints, (c, s) = walking(), (0.6, 0.8)
    moved = joints @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T + [5, -7, 0]
    assert metric(moved) == pytest.approx(float(metric(joints)), rel=1e-9)


@every_metric
def test_says_what_is_wrong(metric):
    with pytest.raises(ValueError, match="expected joints"):
        metric(np.zeros((5, 22, 3)))
    with pytest.raises(ValueError, match="bool mask"):
        metric(walking(5), mask=np.ones(4, dtype=bool))
