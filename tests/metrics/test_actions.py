"""The rules for actions, tried on a body of sticks that does each of them by a simple formula."""

import numpy as np
import pytest
from stick import mirrored, ramp, stick, swing

from labkit.metrics.actions import ACTIONS
from labkit.metrics.posture import to_open_body
from labkit.motion import FPS


def going(speed, heading=lambda t: 0 * t):
    """Keywords of a way ahead at this speed, m/s, while the heading turns (degrees)."""

    def along(part):
        def place(t):
            return np.cumsum(speed * part(np.radians(heading(t)))) / FPS

        return place

    return dict(x=along(np.cos), y=along(np.sin), heading=heading)


def gait(hertz=0.9, leg=25, knee=20):
    """Keywords of legs that swing in turns."""
    return dict(
        left_leg=swing(5, leg, hertz), right_leg=swing(5, leg, hertz, 0.5),
        left_knee=swing(knee, knee, hertz, 0.25), right_knee=swing(knee, knee, hertz, 0.75),
    )  # fmt: skip


def bounce(height, hertz):
    """Up and down again: a way of throwing oneself into the air."""
    return lambda t: height * np.maximum(0, np.sin(2 * np.pi * hertz * t))


def leap(at, seconds=0.5):
    """The height of a body in free fall that is back on the floor after `seconds`."""
    return lambda t: np.maximum(0, 9.81 / 2 * (t - at) * (at + seconds - t))


def in_turns(degrees, hertz, phase=0.0):
    return lambda t: degrees * np.maximum(0, np.sin(2 * np.pi * (hertz * t + phase)))


DIP = dict(
    leg=ramp((1.5, 0), (1.8, 40), (2, 0), (2.5, 0), (2.7, 40), (3, 0)),
    knee=ramp((1.5, 0), (1.8, 80), (2, 0), (2.5, 0), (2.7, 80), (3, 0)),
)  # before and after a leap from 2 to 2.5 s


def there_and_back(degrees):
    return ramp((1, 0), (2, degrees), (4, degrees), (5, 0))


SIT = dict(leg=ramp((2, 0), (3, 90)), knee=ramp((2, 0), (3, 90)), planted=True)
RISE = dict(leg=ramp((2, 90), (3, 0)), knee=ramp((2, 90), (3, 0)), planted=True)


def down_and_up(degrees):
    return ramp((1.5, 0), (2.5, degrees), (3, degrees), (4, 0))


FOLD = dict(leg=down_and_up(100), knee=down_and_up(140), lean=down_and_up(50), planted=True)

EXAMPLES = {
    "walk": stick(**going(1.2), **gait()),
    "walk slowly": stick(**going(0.6), **gait(0.5)),
    "walk backwards": stick(**going(-0.8), **gait(0.6)),
    "run": stick(**going(4), **gait(1.4, 35, 40), up=bounce(0.05, 2.8)),
    "jog": stick(**going(2.3), **gait(1.4, 35, 40), up=bounce(0.05, 2.8)),
    "turn left": stick(**going(1.2, ramp((2, 0), (4, 90))), **gait()),
    "turn right": stick(**going(1.2, ramp((2, 0), (4, -90))), **gait()),
    "turn around": stick(heading=ramp((2, 0), (4, 180))),
    "walk in a circle": stick(**going(1, lambda t: 60 * t), **gait()),
    "spin": stick(heading=ramp((2, 0), (4, 360))),
    "step left": stick(y=lambda t: 0.3 * t, spread=swing(8, 8, 0.7)),
    "step right": stick(y=lambda t: -0.3 * t, spread=swing(8, 8, 0.7)),
    "stand still": stick(),
    "march": stick(
        left_leg=in_turns(90, 0.8), left_knee=in_turns(90, 0.8),
        right_leg=in_turns(90, 0.8, 0.5), right_knee=in_turns(90, 0.8, 0.5),
    ),
    "sneak": stick(
        **going(0.5), lean=25, knee=60, left_leg=swing(35, 18, 0.5), right_leg=swing(35, 18, 0.5, 0.5)
    ),
    "climb stairs": stick(**going(0.25), **gait(0.5), up=ramp((1, 0), (4, 0.5))),
    "walk like a zombie": stick(**going(1.2), **gait(), arm=90),
    "dance": stick(y=swing(0, 0.3, 0.5), **gait(0.9, 10, 25), arm=swing(30, 60, 0.8)),
    "jump": stick(up=leap(2), **DIP),
    "jump forward": stick(up=leap(2), x=ramp((2, 0), (2.5, 0.9)), **DIP),
    "hop": stick(up=bounce(0.12, 1.2), right_leg=10, right_knee=90),
    "skip": stick(
        **going(1.5), up=lambda t: 0.14 * np.sin(2 * np.pi * 0.7 * t) ** 2,
        left_leg=in_turns(60, 0.7), left_knee=in_turns(80, 0.7),
        right_leg=in_turns(60, 0.7, 0.5), right_knee=in_turns(80, 0.7, 0.5),
    ),
    "jumping jacks": stick(out=swing(90, -80, 0.8), spread=swing(12, -12, 0.8)),
    "kick left": stick(left_leg=ramp((2, 0), (2.2, -20), (2.45, 85), (2.8, 0))),
    "kick right": stick(right_leg=ramp((2, 0), (2.2, -20), (2.45, 85), (2.8, 0))),
    "punch": stick(
        arm=30, elbow=130, right_arm=ramp((2, 30), (2.15, 85), (2.4, 30)),
        right_elbow=ramp((2, 130), (2.15, 5), (2.4, 130)),
    ),
    "throw": stick(
        right_arm=ramp((1, 0), (1.8, 200), (2.05, 60), (3, 0)), right_elbow=ramp((1, 0), (1.8, 60), (2.05, 0))
    ),
    "clap": stick(arm=45, elbow=60, inward=swing(18, 14, 1.5)),
    "raise hand left": stick(left_arm=ramp((2, 0), (3, 160))),
    "raise hand right": stick(right_arm=ramp((2, 0), (3, 160))),
    "raise both hands": stick(arm=ramp((2, 0), (3, 160))),
    "wave left": stick(left_out=swing(140, 20, 1.2)),
    "wave right": stick(right_out=swing(140, 20, 1.2)),
    "wave both hands": stick(out=swing(140, 20, 1.2)),
    "drink": stick(
        right_arm=there_and_back(50), right_elbow=there_and_back(130), right_inward=there_and_back(45),
    ),
    "balance": stick(right_leg=ramp((1, 0), (2, 45)), right_knee=ramp((1, 0), (2, 90))),
    "sit down": stick(**SIT),
    "stand up": stick(**RISE),
    "squat": stick(**FOLD, arm=down_and_up(130)),
    "crouch": stick(
        leg=ramp((2, 0), (3, 100)), knee=ramp((2, 0), (3, 140)), lean=ramp((2, 0), (3, 50)), arm=45,
        planted=True,
    ),
    "kneel": stick(left_leg=ramp((2, 0), (3, 90)), knee=ramp((2, 0), (3, 90))),
    "pick up": stick(**FOLD, arm=20),
    "bow": stick(lean=down_and_up(50), arm=down_and_up(50)),
    "touch toes": stick(lean=down_and_up(115), arm=down_and_up(115)),
    "lie down": stick(height=ramp((1, 0.98), (4, 0.12)), pitch=ramp((1, 0), (4, -90))),
    "get up": stick(height=ramp((1, 0.12), (4, 0.98)), pitch=ramp((1, -90), (4, 0))),
    "crawl": stick(
        **going(0.4), height=0.55, pitch=90, knee=90, left_leg=swing(90, 20, 0.8),
        right_leg=swing(90, 20, 0.8, 0.5), left_arm=swing(90, 20, 0.8, 0.5), right_arm=swing(90, 20, 0.8),
    ),
    "roll": stick(
        **going(0.6), height=ramp((1, 0.98), (2, 0.35), (4, 0.35), (5, 0.98)), pitch=ramp((2, 0), (4, 360)),
        leg=ramp((1, 0), (2, 110), (4, 110), (5, 0)), knee=ramp((1, 0), (2, 130), (4, 130), (5, 0)),
    ),
    "fall": stick(height=ramp((2, 0.98), (2.6, 0.12)), pitch=ramp((2, 0), (2.6, 90))),
    "cartwheel": stick(
        y=ramp((2, 0), (3.2, -1.5)), height=ramp((2, 0.98), (2.6, 1.05), (3.2, 0.98)),
        roll=ramp((2, 0), (3.2, 360)), out=175, spread=35,
    ),
    "handstand": stick(
        height=1.05, pitch=ramp((1, 0), (2, 180), (4, 180), (5, 0)), arm=175
    ),
    "backflip": stick(
        height=lambda t: 0.98 + leap(2, 0.8)(t), pitch=ramp((2.1, 0), (2.7, -360)),
        leg=ramp((2.1, 0), (2.3, 100), (2.5, 100), (2.7, 0)),
        knee=ramp((2.1, 0), (2.3, 120), (2.5, 120), (2.7, 0)),
    ),
}  # fmt: skip

# What a body does beside, when it does the action.
BESIDE = {
    "walk slowly": ["walk"],
    "jog": ["run"],
    "walk in a circle": ["walk slowly"],
    "sneak": ["walk", "walk slowly"],
    "climb stairs": ["walk slowly"],
    "walk like a zombie": ["walk", "raise both hands"],
    "skip": ["walk"],
    "jumping jacks": ["raise both hands"],
    "punch": ["raise both hands"],  # the guard
    "throw": ["raise hand right"],
    "wave left": ["raise hand left"],
    "wave right": ["raise hand right"],
    "wave both hands": ["raise both hands"],
    "drink": ["raise hand right"],
    "squat": ["crouch"],
    "pick up": ["squat", "crouch"],
    "roll": ["crouch", "get up"],
    "fall": ["lie down"],
    "cartwheel": ["raise both hands"],
    "handstand": ["raise both hands"],
    "backflip": ["jump"],
}


def passed(joints) -> set[str]:
    return {name for name, action in ACTIONS.items() if action.passes(joints)}


def test_every_action_has_an_example():
    assert set(EXAMPLES) == set(ACTIONS) and len(ACTIONS) >= 36


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_action_passes_its_rule_and_what_it_contains_and_no_other(name):
    assert passed(EXAMPLES[name]) == {name, *BESIDE.get(name, ())}


@pytest.mark.parametrize("name", EXAMPLES)
def test_left_in_a_mirror_is_right(name):
    def swapped(names):
        return {n.replace("left", "?").replace("right", "left").replace("?", "right")
                for n in names}  # fmt: skip

    assert passed(mirrored(EXAMPLES[name])) == swapped(passed(EXAMPLES[name]))


@pytest.mark.parametrize("name", EXAMPLES)
def test_place_and_heading_and_size_of_the_body_change_nothing(name):
    joints, expected = EXAMPLES[name], passed(EXAMPLES[name])
    c, s = np.cos(2.5), np.sin(2.5)
    elsewhere = joints @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + [3, -7, 0]
    assert passed(elsewhere) == expected
    assert passed(0.6 * joints) == expected and passed(1.5 * joints) == expected


NEAR_MISSES = {
    # action: what looks like it and is not
    "walk": [
        stick(**gait()),  # in place
        stick(x=lambda t: 1.2 * t),  # slides without steps
        EXAMPLES["run"],
        EXAMPLES["turn around"],
    ],
    "run": [stick(x=lambda t: 4 * t), EXAMPLES["walk"]],
    "walk backwards": [stick(x=lambda t: -0.8 * t)],
    "turn left": [stick(heading=ramp((2, 0), (4, 90))), EXAMPLES["turn right"]],
    "turn around": [stick(heading=ramp((2, 0), (4, 90))), EXAMPLES["spin"]],
    "walk in a circle": [EXAMPLES["spin"], stick(**going(1, lambda t: 30 * t), **gait())],  # half of one
    "spin": [stick(heading=lambda t: 60 * t), EXAMPLES["turn around"]],  # once around in 6 s
    "step left": [stick(**going(0.5, lambda t: 0 * t + 90), **gait())],  # walks to where left was
    "stand still": [EXAMPLES["wave left"], EXAMPLES["kneel"], stick(up=0.3)],
    "jump": [
        stick(up=ramp((2, 0), (2.4, 0.3), (4, 0.3), (4.4, 0))),  # lifted, and held
        stick(up=lambda t: 0.3 * np.sin(np.pi * np.clip((t - 2) / 1.5, 0, 1))),  # at half of gravity's pace
        EXAMPLES["run"],
        EXAMPLES["squat"],
    ],
    "jump forward": [EXAMPLES["jump"], EXAMPLES["run"]],
    "hop": [EXAMPLES["jump"], EXAMPLES["balance"], EXAMPLES["skip"]],
    "skip": [EXAMPLES["run"], EXAMPLES["jog"], EXAMPLES["walk"]],
    "march": [EXAMPLES["walk"], stick(right_leg=in_turns(90, 0.8), right_knee=in_turns(90, 0.8))],  # one knee
    "climb stairs": [EXAMPLES["jump"], EXAMPLES["march"]],
    "kick right": [
        stick(right_leg=ramp((1, 0), (3, 85), (5, 0))),  # slowly
        EXAMPLES["kick left"],
        EXAMPLES["run"],
    ],
    "punch": [
        stick(right_arm=ramp((1, 0), (3, 90)), elbow=0),  # holds the arm out
        stick(right_arm=ramp((1, 30), (3, 85)), right_elbow=ramp((1, 130), (3, 5))),  # slowly
        EXAMPLES["raise both hands"],
    ],
    "throw": [EXAMPLES["raise hand right"], EXAMPLES["punch"], EXAMPLES["wave right"]],
    "clap": [stick(arm=45, elbow=60, inward=swing(0, 8, 1.5)), EXAMPLES["jumping jacks"]],  # do not meet
    "raise hand left": [EXAMPLES["raise both hands"], EXAMPLES["raise hand right"], stick(left_arm=45)],
    "raise both hands": [EXAMPLES["raise hand left"]],
    "wave left": [
        EXAMPLES["raise hand left"],
        EXAMPLES["wave both hands"],
        stick(left_out=swing(20, 20, 1.2)),  # low
    ],
    "drink": [EXAMPLES["raise hand right"], EXAMPLES["wave right"], stick(right_elbow=130)],
    "balance": [EXAMPLES["march"], EXAMPLES["hop"]],
    "sit down": [EXAMPLES["squat"], EXAMPLES["crouch"], EXAMPLES["bow"], EXAMPLES["stand up"]],
    "stand up": [EXAMPLES["squat"], EXAMPLES["sit down"]],
    "squat": [EXAMPLES["sit down"], EXAMPLES["bow"], EXAMPLES["crouch"], EXAMPLES["touch toes"]],
    "crouch": [EXAMPLES["sit down"], EXAMPLES["bow"]],
    "pick up": [EXAMPLES["bow"], EXAMPLES["crouch"]],
    "bow": [EXAMPLES["touch toes"], EXAMPLES["pick up"], stick(lean=ramp((2, 0), (3, 50)))],  # stays down
    "touch toes": [EXAMPLES["bow"], EXAMPLES["pick up"]],
    "lie down": [stick(height=0.12, pitch=-90), EXAMPLES["get up"]],  # lies from the start
    "get up": [stick(height=ramp((1, 0.12), (4, 0.5)), pitch=ramp((1, -90), (4, 0)))],  # half of the way
    "fall": [EXAMPLES["lie down"], EXAMPLES["sit down"]],
    "crawl": [stick(height=0.55, pitch=90, leg=90, knee=90, arm=90), EXAMPLES["lie down"]],  # in place
    "roll": [EXAMPLES["lie down"], EXAMPLES["cartwheel"], EXAMPLES["get up"]],
    "cartwheel": [EXAMPLES["handstand"], EXAMPLES["backflip"], EXAMPLES["roll"]],
    "handstand": [EXAMPLES["cartwheel"]],
    "backflip": [EXAMPLES["handstand"], EXAMPLES["roll"]],
    "dance": [EXAMPLES["walk"], EXAMPLES["wave both hands"], EXAMPLES["march"], stick()],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "joints"), [(name, j) for name, misses in NEAR_MISSES.items() for j in misses]
)
def test_what_looks_like_it_does_not_pass(name, joints):
    assert not ACTIONS[name].passes(joints)


def test_bodies_are_measured_at_the_open_bodys_size(body):
    """The legs of the open body, posed by smplx, stay as they are; those of sticks become as long."""
    rest = body.rest_joints.numpy()[None].repeat(2, 0)
    np.testing.assert_allclose(to_open_body(rest), rest, rtol=1e-3)
    pelvis = to_open_body(3 * stick(1))[:, 0, 2]
    np.testing.assert_allclose(pelvis, (0.06 + 0.43 + 0.42 + 0.075) * 0.822 / 0.85, rtol=1e-3)


@pytest.mark.parametrize(
    "joints", [np.zeros((1, 24, 3)), np.zeros((9, 22, 3)), np.zeros((9, 24, 3)), np.full((9, 24, 3), np.nan)]
)
def test_no_body_is_refused(joints):
    with pytest.raises(ValueError, match="joints"):
        ACTIONS["walk"].passes(joints)


def test_every_rule_is_said_in_one_line_and_every_action_asked_for_in_as_many_ways():
    captions = [c for a in ACTIONS.values() for c in (*a.plain, *a.rephrased)]
    assert len(set(captions)) == len(captions) and "*" not in "".join(captions)
    for name, action in ACTIONS.items():
        rule = getattr(action.rule, "func", action.rule)
        assert rule.__doc__.count("\n") == 0 and len(action.plain) == len(action.rephrased) >= 2
        for side in {"left", "right"} & set(name.split()):
            assert all(side in caption for caption in (*action.plain, *action.rephrased))


def test_every_rule_answers_for_the_shortest_motion():
    assert passed(stick(0.1)) == {"stand still"}
