"""Events of a stiff figure of rods that is moved by formulas."""

import numpy as np
import pytest
from test_kinematics import REST, figure

from labkit.motion import FPS
from labkit_data.events import Event, find_events

T = np.arange(80) / FPS


def of(kind: str, *args, **joints) -> list[Event]:
    return [e for e in find_events(*figure(*args, **joints)) if e.kind == kind]


def moved(name: str, x=0.0, y=0.0, z=0.0) -> np.ndarray:
    return np.stack([REST[name][i] + v + 0 * T for i, v in enumerate((x, y, z))], -1)


def bump(start: float, end: float) -> np.ndarray:
    """From 0 to 1 and back between two times, seconds."""
    return np.where((start < T) & (end > T), np.sin(np.pi * (T - start) / (end - start)) ** 2, 0.0)


@pytest.mark.parametrize(
    "velocity, way",
    [((0, -1.0), "forward"), ((0, 1.0), "backwards"), ((1.0, 0), "left"), ((-1.0, 0), "right")],
)
@pytest.mark.parametrize("turn", [0.0, 120.0])
def test_a_walk_goes_where_the_body_sees_it_go(velocity, way, turn):
    angle = np.radians(turn)
    c, s = np.cos(angle), np.sin(angle)
    world = np.array([c * velocity[0] - s * velocity[1], s * velocity[0] + c * velocity[1]])
    [walk] = of("walk", 80, path=T[:, None] * world, turn=turn)
    assert walk.way == way and walk.amount == pytest.approx(3.95, abs=0.1) and abs(walk.turn) < 1


def test_who_stands_does_nothing():
    assert [e.kind for e in find_events(*figure(80))] == ["stand"]


@pytest.mark.parametrize("degrees", [90, -90, 180])
def test_a_turn_on_the_spot(degrees):
    [turn] = of("turn", 80, turn=degrees * np.clip((T - 1) / 1.5, 0, 1))
    assert turn.turn == pytest.approx(degrees, abs=8)


def flight(start: float, seconds: float) -> np.ndarray:
    t = np.clip(T - start, 0, seconds)
    return 4.9 * t * (seconds - t)


@pytest.mark.parametrize(
    "way, step", [("up", (0, 0)), ("forward", (0, -0.8)), ("backwards", (0, 0.6)), ("left", (0.6, 0))]
)
def test_a_jump_and_its_direction(way, step):
    path = np.clip((T - 1) / 0.5, 0, 1)[:, None] * np.array(step)
    [jump] = of("jump", 80, path=path, lift=flight(1.0, 0.5))
    assert jump.way == way and jump.feet == "two" and jump.start == pytest.approx(20, abs=3)
    assert jump.amount == pytest.approx(np.hypot(*step), abs=0.12)


def test_on_tiptoe_is_no_jump():
    assert of("jump", 80, lift=0.03 * bump(1, 2)) == []


@pytest.mark.parametrize("side, sign", [("left", 1), ("right", -1)])
def test_a_kick_is_of_the_foot_that_rises(side, sign):
    up = bump(1.0, 2.0)
    knee, ankle, foot = (
        moved(f"{side}_{part}", y=-far * up, z=high * up)
        for part, far, high in (("knee", 0.33, 0.3), ("ankle", 0.7, 0.75), ("foot", 0.75, 0.85))
    )
    [kick] = of("kick", 80, **{f"{side}_knee": knee, f"{side}_ankle": ankle, f"{side}_foot": foot})
    assert (kick.side, kick.way) == (side, "front") and kick.amount > 0.7
    assert of("kick", 80, **{f"{side}_ankle": moved(f"{side}_ankle", z=0.2 * up)}) == []


@pytest.mark.parametrize("side, sign", [("left", 1), ("right", -1)])
@pytest.mark.parametrize("turn", [0.0, 70.0])  # boxers stand sideways
def test_a_punch_is_of_the_arm_that_shoots_out(side, sign, turn):
    out = bump(1.0, 1.5)
    wrist = np.stack([sign * 0.2 + 0 * T, -0.12 - 0.38 * out, 1.3 + 0 * T], -1)
    elbow = np.stack([sign * 0.25 + 0 * T, 0.05 - 0.3 * out, 1.15 + 0.15 * out], -1)
    [punch] = of("punch", 80, turn=turn, **{f"{side}_wrist": wrist, f"{side}_elbow": elbow})
    assert punch.side == side and 18 <= punch.start < 28


def seated(share: np.ndarray) -> dict[str, np.ndarray]:
    """From standing (0) to sitting on a chair (1): the hips go down and back, the feet stay."""
    places = {}
    for name, (x, y, z) in REST.items():
        down, back = (0.4, 0.38) if not name.endswith(("knee", "ankle", "foot")) else (0.0, 0.0)
        places[name] = np.stack([x + 0 * T, y + back * share, z - down * share], -1)
    return places


def test_sitting_down_and_standing_up():
    down = np.clip(T - 1, 0, 1)
    kinds = [e.kind for e in find_events(*figure(80, **seated(down)))]
    assert kinds == ["stand", "stand>sit", "sit"]
    kinds = [e.kind for e in find_events(*figure(80, **seated(1 - down)))]
    assert kinds == ["sit", "sit>stand", "stand"]


@pytest.mark.parametrize("chest, way", [(1, "back"), (-1, "stomach")])
def test_lying_on_back_or_stomach(chest, way):
    """The rods tipped over: what was up lies along y, what was ahead (-y) looks up or down."""
    places = {name: np.array([-x * chest, -z + 0.9, 0.15 - chest * y]) for name, (x, y, z) in REST.items()}
    events = find_events(*figure(80, **places))
    assert [e.kind for e in events] == ["lie"] and events[0].way == way
