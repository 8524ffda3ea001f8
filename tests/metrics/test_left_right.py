import pytest
import roma
import torch

from labkit.dataset import mirror_caption
from labkit.metrics.left_right import MARGIN, PROMPTS, is_right, lead, side_named
from labkit.motion import JOINT_INDEX, Motion


def standing(body, frames=10, tilt=0.0, **lifted):
    """Joints of a body at rest, upright, whose shoulders are turned about the body's front axis, radians."""
    pose = torch.zeros(frames, 21, 3)
    for joint, angle in lifted.items():
        pose[frames // 2, JOINT_INDEX[joint] - 1, 2] = angle
    upright = roma.rotvec_composition(
        [torch.tensor([0.0, tilt, 0.0]), torch.tensor([torch.pi / 2, 0, 0])]
    ).expand(frames, 3)
    return body.joints(Motion(upright, pose.flatten(1), torch.zeros(frames, 3)))


def test_the_arm_that_goes_up_leads(body):
    """At rest SMPL's arms are stretched out sideways: up is +z on the left and -z on the right."""
    assert float(lead(standing(body))) == pytest.approx(0, abs=0.02)
    left, right = lead(standing(body, left_shoulder=1.2)), lead(standing(body, right_shoulder=-1.2))
    assert left > 0.3 and right < -0.3
    assert abs(float(lead(standing(body, left_shoulder=1.2, right_shoulder=-1.2)))) < 0.05
    torch.testing.assert_close(
        lead(torch.stack([standing(body), standing(body, left_shoulder=1.2)]))[1], left
    )


def test_decision_needs_a_margin():
    assert is_right(2 * MARGIN, "left") and not is_right(2 * MARGIN, "right")
    assert is_right(-2 * MARGIN, "right") and not is_right(-2 * MARGIN, "left")
    assert not is_right(MARGIN / 2, "left") and not is_right(-MARGIN / 2, "right")


def test_a_hundred_prompts_half_of_them_left():
    captions, sides = zip(*PROMPTS)
    assert len(set(captions)) == 100 and sides.count("left") == sides.count("right") == 50
    assert [side_named(c) for c in captions] == list(sides)
    assert {mirror_caption(c) for c in captions} == set(captions)


@pytest.mark.parametrize(
    ("caption", "side"),
    [
        ("a person raises the right hand", "right"),
        ("someone punches with his left fist twice", "left"),
        ("a person raises both hands", ""),
        ("a person walks and turns left", ""),
        ("a person raises the left hand, then the right hand", ""),
        ("a person turns right and lifts the left arm", ""),  # one side too many to be sure
    ],
)
def test_side_named(caption, side):
    assert side_named(caption) == side
