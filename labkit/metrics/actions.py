"""Whether a body performs an action: geometric rules, no learned model.

One rule per action, a function of joints (F, 24, 3), metres of the open body (`posture.to_open_body`), Z up,
20 frames per second. A rule is a set of necessary conditions, strict enough that recordings of other actions
rarely meet them: `python -m tools.confusion` counts how often they do. Lengths are those of the open body,
whose pelvis stands at 0.95 m; "ahead" and "left" are relative to the body; "0.5 m", "two strides" are minima.

Gaze (the head has no child joint) and fingers cannot be measured from joints, so no rule uses them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.posture import (
    SIDES,
    angle,
    at,
    ends,
    flights,
    folded,
    hands,
    heading,
    height,
    lasts,
    lately,
    lying,
    other,
    pace,
    peaks,
    raised,
    rate,
    roams,
    seen,
    sitting,
    smooth,
    sole,
    soles,
    spans,
    standing,
    strides,
    swings,
    then,
    tilt,
    to_open_body,
    travel,
    turned,
    upright,
)
from labkit.motion import FPS

# Walking and turning


def walk(j):
    """Upright, 1 m ahead and hardly aside, 0.35 to 1.8 m/s, two strides, turns by less than 60°."""
    ahead, _, path = travel(j)
    straight = ahead > max(1, 0.85 * path) and abs(turned(j)) < 60
    return upright(j) and straight and 0.35 < pace(j) < 1.8 and strides(j) >= 2


def walk_slowly(j):
    """Upright, 0.5 m ahead and hardly aside, 0.15 to 1.1 m/s, two strides."""
    ahead, _, path = travel(j)
    return upright(j) and ahead > max(0.5, 0.7 * path) and 0.15 < pace(j) < 1.1 and strides(j) >= 2


def walk_backwards(j):
    """Upright, 0.6 m backwards and hardly aside, two strides."""
    ahead, _, path = travel(j)
    return upright(j) and -ahead > max(0.6, 0.7 * path) and strides(j) >= 2


def run(j):
    """Upright, 1.5 m ahead and hardly aside, 1.8 m/s or faster, two strides."""
    ahead, _, path = travel(j)
    return upright(j) and ahead > max(1.5, 0.8 * path) and pace(j) > 1.8 and strides(j) >= 2


def jog(j):
    """Upright, 1.5 m ahead and hardly aside, 1.7 to 3.4 m/s, two strides, both soles 3 cm up now and then."""
    ahead, _, path = travel(j)
    gait = strides(j) >= 2 and soles(j).min(0).max() > 0.03
    return upright(j) and ahead > max(1.5, 0.8 * path) and 1.7 < pace(j) < 3.4 and gait


def turn(j, side):
    """Upright, 0.8 m ahead, two strides, and in the end turned by 30° to 150° to that side."""
    degrees = turned(j) if side == "left" else -turned(j)
    return upright(j) and travel(j)[0] > 0.8 and strides(j) >= 2 and 30 < degrees < 150


def turn_around(j):
    """Upright, and in the end turned by 130° to 230°."""
    return upright(j) and 130 < abs(turned(j)) < 230


def walk_in_a_circle(j):
    """Upright, 2 m ahead and hardly aside, turned by 270° or more in the end, 0.6 m of floor each way."""
    ahead, _, path = travel(j)
    room = np.ptp(at(j, "pelvis")[:, :2], axis=0).min()
    return upright(j) and ahead > max(2, 0.8 * path) and abs(turned(j)) > 270 and room > 0.6


def spin(j):
    """Upright; in 3 s it turns by 330° or more while the pelvis stays within 60 cm of its place."""
    windows = partial(np.lib.stride_tricks.sliding_window_view, window_shape=min(3 * FPS, len(j)), axis=0)
    place = windows(at(j, "pelvis")[:, :2])
    radius = np.linalg.norm(place - np.median(place, axis=-1, keepdims=True), axis=1).max(-1)
    return upright(j) and bool(((np.ptp(windows(heading(j)), axis=-1) > 330) & (radius < 0.6)).any())


def step_sideways(j, side):
    """Upright, 0.5 m to that side, 1.5 times as far as ahead or back, turns by less than 45°."""
    ahead, left, _ = travel(j)
    way = left if side == "left" else -left
    return upright(j) and way > max(0.5, 1.5 * abs(ahead)) and abs(turned(j)) < 45


def stand_still(j):
    """Stands all the time; wrists, ankles, pelvis, head stay within 15 cm each way, the soles below 5 cm."""
    parts = ("left_wrist", "right_wrist", "left_ankle", "right_ankle", "pelvis", "head")
    moves = max(np.ptp(at(j, part), axis=0).max() for part in parts)
    return bool(standing(j).all()) and moves < 0.15 and soles(j).max() < 0.05


def march(j):
    """Upright, pelvis at 85 cm (median), a sole below 8 cm; each knee comes twice within 23 cm of the hip."""
    lifts = [height(j, f"{side}_knee") - height(j, f"{side}_hip") for side in SIDES]
    tall = upright(j) and np.median(height(j, "pelvis")) > 0.85
    return tall and soles(j).min(0).max() < 0.08 and all((x[peaks(x, 0.1)] > -0.23).sum() >= 2 for x in lifts)


def sneak(j):
    """Goes 0.5 m at 0.15 to 0.9 m/s, a stride, stooping: pelvis at 0.6 to 0.88 m, spine tilted by 15°."""
    pelvis = height(j, "pelvis")
    stoops = pelvis.min() > 0.6 and np.median(pelvis) < 0.88 and np.median(tilt(j)) > 15
    return stoops and travel(j)[2] > 0.5 and 0.15 < pace(j) < 0.9 and strides(j) >= 1


def climb(j):
    """Spine within 60° of the vertical; for 0.6 s both soles are 20 cm or more above where they began."""
    low = soles(j).min(0)
    return tilt(j).max() < 60 and bool(lasts(low > low[: FPS // 2].mean() + 0.2, 0.6).any())


def walk_with_arms_out(j):
    """Upright, 0.8 m ahead; 60 % of the time wrists 25 cm ahead of their shoulders, ± 25 cm in height."""
    arms = [seen(j, f"{side}_wrist", f"{side}_shoulder") for side in SIDES]
    out = np.all([(arm[:, 0] > 0.25) & (np.abs(arm[:, 2]) < 0.25) for arm in arms], axis=0)
    return upright(j) and travel(j)[0] > 0.8 and out.mean() > 0.6


def dance(j):
    """Upright; 1 step/s, wrists 0.35 m/s, pelvis 0.17 m/s; way ahead and displacement below half its path."""
    ahead, _, path = travel(j)
    place = at(j, "pelvis")[:, :2]
    arms = np.mean([np.linalg.norm(rate(seen(j, f"{side}_wrist")), axis=1) for side in SIDES])
    steps = sum(len(spans(up)) for up in soles(j) > 0.02)
    lively = arms > 0.35 and min(path / 0.17, steps) > len(j) / FPS
    return upright(j) and lively and max(abs(ahead), np.linalg.norm(place[-1] - place[0])) < 0.5 * path


# Jumping


def jump(j):
    """A jump (`posture.flights`) in which the pelvis rises 10 cm above standing and goes less than 0.7 m."""
    return any(rise > 0.10 and way < 0.7 for rise, way in flights(j))


def jump_forward(j):
    """A jump (`posture.flights`) in which the pelvis goes 0.3 m or more."""
    return any(way > 0.3 for _, way in flights(j))


def hop(j):
    """Upright; for 1 s a foot stays 8 cm up while the body bounces twice by 8 cm, the other foot by 3 cm."""
    free = smooth((soles(j) > 0.08).astype(float).T, 0.25).T > 0.3
    return upright(j) and any(
        swings(height(j, "pelvis")[a:b], 0.08) >= 2 and foot[a:b].min() < 0.04 and np.ptp(foot[a:b]) > 0.03
        for up, foot in zip(free, soles(j)[::-1])
        for a, b in spans(up, 1.0)
    )


def skip(j):
    """Upright, 1 m ahead, bounces by 8 cm every 0.5 s or longer, left and right foot 8 cm up in turns."""
    tops = peaks(height(j, "pelvis"), 0.08)
    if not upright(j) or travel(j)[0] < 1 or len(tops) < 2 or np.median(np.diff(tops)) < 0.5 * FPS:
        return False
    lead = np.subtract(*soles(j)[:, tops])
    return (np.abs(lead) > 0.08).mean() >= 0.5 and (lead[1:] * lead[:-1] < 0).mean() > 0.6


def jumping_jacks(j):
    """Upright; twice or more both hands go up 30 cm and the feet 40 cm apart, and down and together."""
    up = np.minimum(raised(j, "left"), raised(j, "right"))
    wide = np.abs(seen(j, "left_ankle", "right_ankle")[:, 1])
    return (
        upright(j) and (wide[peaks(up, 0.3)] > 0.4).sum() >= 2 and (wide[peaks(-up, 0.3)] < 0.35).sum() >= 1
    )  # fmt: skip


# Arms and legs


def kick(j, side):
    """Stands on the other foot; this foot swings at 4 m/s to 45 cm from the pelvis, 20 cm up (behind: 80)."""
    foot = seen(j, f"{side}_ankle")
    high = height(j, f"{side}_ankle") > np.where(foot[:, 0] > 0, 0.2, 0.8)
    out = high & (np.linalg.norm(foot[:, :2], axis=1) > 0.45)
    fast = lately(np.linalg.norm(rate(foot, 0.05), axis=1), 0.35) > 4
    return tilt(j).max() < 90 and bool((out & fast & (sole(j, other(side)) < 0.1)).any())


def punch(j):
    """Within 0.4 s an elbow opens from 90° to 125°, at 1.5 m/s, the fist ahead at shoulder height (25 cm)."""

    def hits(side):
        arm, elbow = seen(j, f"{side}_wrist", f"{side}_shoulder"), angle(j, f"{side}_elbow")
        out = (elbow > 125) & (np.abs(arm[:, 2]) < 0.25) & (arm[:, 0] > 0.2)
        fast = lately(rate(np.linalg.norm(arm, axis=1), 0.05), 0.3) > 1.5
        return (out & fast & (lately(-elbow, 0.4) > -90)).any()

    return any(map(hits, SIDES))


def throw(j):
    """Upright; in 0.5 s a hand flies at 3.5 m/s from beside or behind its shoulder to 25 cm ahead of it."""

    def throws(side):
        arm, ahead = seen(j, f"{side}_wrist", f"{side}_shoulder"), seen(j, f"{side}_wrist")[:, 0]
        back = lately((arm[:, 0] < 0.05) & (arm[:, 2] > -0.1), 0.5)
        return (back & (arm[:, 0] > 0.25) & (lately(rate(ahead, 0.05), 0.3) > 3.5)).any()

    return upright(j) and any(map(throws, SIDES))


def clap(j):
    """Three times the palms meet (15 cm), 8 cm apart in between, higher than pelvis, lower than head."""
    gap = np.linalg.norm(at(j, "left_hand") - at(j, "right_hand"), axis=1)
    meets = peaks(-gap, 0.08)
    between = (hands(j).min(0) > height(j, "pelvis")) & (hands(j).max(0) < height(j, "head"))
    return ((gap < 0.15) & between)[meets].sum() >= 3


def raise_hand(j, side):
    """For 0.3 s that wrist is no more than 8 cm below its shoulder; the other one stays 20 cm below."""
    return bool(lasts(raised(j, side) > -0.08, 0.3).any()) and raised(j, other(side)).max() < -0.2


def raise_both_hands(j):
    """For 0.3 s both wrists are no more than 8 cm below their shoulders, the spine within 40° of vertical."""
    up = np.minimum(raised(j, "left"), raised(j, "right")) > -0.08
    return bool(lasts(up & (tilt(j) < 40), 0.3).any())


def waves(j, side):
    """How often a hand, raised to 10 cm below its shoulder or higher, swings to and fro by 7 cm or more."""
    hand, found = seen(j, f"{side}_hand", f"{side}_shoulder"), [0]
    for a, b in spans(raised(j, side) > -0.1, 0.4):
        swing = smooth(hand[a:b])
        quickest = np.linalg.svd(np.diff(swing, axis=0), full_matrices=False)[2][0]
        found.append(swings(swing @ quickest, 0.07))
    return max(found)


def wave(j, side):
    """That hand, raised to 10 cm below its shoulder, swings three times by 7 cm; the other one does not."""
    return waves(j, side) >= 3 and waves(j, other(side)) < 2


def wave_both_hands(j):
    """Both hands, raised to 10 cm below their shoulders, swing three times or more by 7 cm or more."""
    return waves(j, "left") >= 3 and waves(j, "right") >= 3


def drink(j):
    """Upright, in its place; for 0.6 s one hand is still, 33 cm or less from the head, before the mouth."""

    def at_mouth(side):
        hand, away = seen(j, f"{side}_hand", "head"), seen(j, f"{other(side)}_hand", "head")
        near = (np.linalg.norm(hand, axis=1) < 0.33) & (np.linalg.norm(away, axis=1) > 0.35)
        before = (np.abs(hand[:, 1]) < 0.13) & (hand[:, 0] > -0.05) & (angle(j, f"{side}_elbow") < 100)
        return lasts(near & before & (np.linalg.norm(rate(hand), axis=1) < 0.3), 0.6).any()

    return upright(j) and roams(j) < 0.5 and any(map(at_mouth, SIDES))


def balance(j):
    """For 1.5 s a foot is 10 cm up while the other one is on the floor (8 cm) and slower than 0.4 m/s."""

    def stands_on(side):
        still = np.linalg.norm(rate(at(j, f"{side}_ankle")), axis=1) < 0.4
        return lasts(still & (sole(j, side) < 0.08) & (sole(j, other(side)) > 0.1), 1.5).any()

    return any(map(stands_on, SIDES))


# Down and up


def sit_down(j):
    """Stands, and later sits (`posture.sitting`) for 0.3 s or more."""
    return then(standing(j), lasts(sitting(j), 0.3))


def stand_up(j):
    """Sits (`posture.sitting`) for 0.2 s or more, and later stands for 0.25 s or more."""
    return then(lasts(sitting(j), 0.2), lasts(standing(j), 0.25))


def squat(j):
    """Stands, bends both knees below 120° (`posture.folded`), stands; the pelvis stays within 60 cm."""
    low = folded(j) & (tilt(j) < 60)
    return roams(j) < 0.6 and then(standing(j), low) and then(low, standing(j))


def crouch(j):
    """For 0.4 s both knees are bent below 120°, on the feet (`posture.folded`), spine tilted below 75°."""
    return bool(lasts(folded(j) & (tilt(j) < 75), 0.4).any())


def kneel(j):
    """For 0.5 s a bent knee is on the floor (15 cm), pelvis above 30 cm, spine within 65° of the vertical."""
    knees = [(height(j, f"{side}_knee") < 0.15) & (angle(j, f"{side}_knee") < 120) for side in SIDES]
    return bool(lasts(np.any(knees, axis=0) & (height(j, "pelvis") > 0.3) & (tilt(j) < 65), 0.5).any())


def pick_up(j):
    """Stands, puts a hand below 40 cm, and stands again with that hand above 60 cm."""
    up = standing(j)
    return tilt(j).max() < 110 and any(
        then(up, hand < 0.4) and then(hand < 0.4, up & (hand > 0.6)) for hand in hands(j)
    )


def bow(j):
    """In its place, legs straight, hands above 50 cm: leans ahead by 25° to 100° and straightens up."""
    lean = tilt(j)
    bows = (lean > 25) & (seen(j, "neck")[:, 0] > 0.17)
    on_place = roams(j) < 0.3 and height(j, "pelvis").min() > 0.8 and hands(j).min() > 0.5
    return on_place and lean.max() < 100 and then(lean < 15, bows) and ends(lean < 15)


def touch_toes(j):
    """Leans by 70° to 150° with both knees above 140°, pelvis above 75 cm, a hand below 35 cm."""
    straight = np.minimum(angle(j, "left_knee"), angle(j, "right_knee")) > 140
    low = (hands(j).min(0) < 0.35) & (height(j, "pelvis") > 0.75)
    return tilt(j).max() < 150 and bool(((tilt(j) > 70) & straight & low).any())


def lie_down(j):
    """The pelvis is above 50 cm, and in the end below 30 cm, the neck below 40 cm."""
    return then(height(j, "pelvis") > 0.5, lying(j)) and ends(lying(j))


def get_up(j):
    """The pelvis is below 35 cm for 0.3 s, and in the end above 75 cm, the neck above 1.1 m."""
    up = (height(j, "pelvis") > 0.75) & (height(j, "neck") > 1.1)
    return then(lasts(height(j, "pelvis") < 0.35, 0.3), up) and ends(up)


def crawl(j):
    """Goes 0.5 m; half the time pelvis below 70, a knee below 25, a hand below 20 cm, spine tilted by 50°."""
    knee = np.minimum(height(j, "left_knee"), height(j, "right_knee"))
    low = (hands(j).min(0) < 0.2) & (knee < 0.25) & (height(j, "pelvis") < 0.7)
    return travel(j)[2] > 0.5 and (low & (tilt(j) > 50)).mean() > 0.5


def roll(j):
    """While the pelvis is below 60 cm the chest faces up and down, by 30° or more each."""
    left = at(j, "left_hip") - at(j, "right_hip")
    chest = np.cross(left, at(j, "neck") - at(j, "pelvis"))
    up = chest[:, 2] / np.linalg.norm(chest, axis=1)
    return any(up[a:b].max() > 0.5 and up[a:b].min() < -0.5 for a, b in spans(height(j, "pelvis") < 0.6))


def fall(j):
    """Within 1.2 s the pelvis drops from 80 cm to below 30 cm, where it stays for 0.5 s or more."""
    high = lately(height(j, "pelvis"), 1.2) > 0.8
    return bool((high & lasts(height(j, "pelvis") < 0.3, 0.5)).any())


# Upside down


def cartwheel(j):
    """Spine past 120°, a hand below 30 cm, a foot above 1 m, ankles 60 cm apart; later pelvis at 70 cm."""
    feet = np.maximum(height(j, "left_ankle"), height(j, "right_ankle"))
    apart = np.linalg.norm(at(j, "left_ankle") - at(j, "right_ankle"), axis=1)
    over = (tilt(j) > 120) & (hands(j).min(0) < 0.3) & (feet > 1) & (apart > 0.6)
    return then(over, height(j, "pelvis") > 0.7)


def handstand(j):
    """For 0.4 s the spine is past 120°, both hands are below 30 cm and both ankles above 1 m."""
    feet = np.minimum(height(j, "left_ankle"), height(j, "right_ankle"))
    return bool(lasts((tilt(j) > 120) & (hands(j).max(0) < 0.3) & (feet > 1), 0.4).any())


def flip(j):
    """The spine passes 120°, hands 20 cm up all that time, at some time feet 30 cm and head 20 cm as well."""
    over, hand = tilt(j) > 120, hands(j).min(0)
    up = (soles(j).min(0) > 0.3) & (height(j, "head") > 0.2)
    return bool((over & up).any()) and hand[over].min() > 0.2


@dataclass(frozen=True)
class Action:
    """An everyday action, how people ask for it, and the rule that decides whether a body does it.

    rule: a function of joints (F, 24, 3) → bool, see the top of this file; its docstring describes it.
    plain, rephrased: two sets of captions of equal size, in the words of motion-capture descriptions, and in
    others.
    """

    rule: Callable[[np.ndarray], bool]
    plain: tuple[str, ...]
    rephrased: tuple[str, ...]

    def passes(self, joints: ArrayLike) -> bool:
        """Whether joints (F, 24, 3), metres, of a body of any size, meet the rule.

        Z up, the floor at z = 0, ``FPS`` frames per second. Raises ValueError as `posture.to_open_body` does.
        """
        return bool(self.rule(to_open_body(joints)))


def _both_sides(name: str, rule: Callable, plain: tuple[str, ...], rephrased: tuple[str, ...]) -> dict:
    """The two actions, left and right, of a rule that takes a side; * in its captions is the side."""
    return {
        f"{name} {side}": Action(
            partial(rule, side=side), *(tuple(c.replace("*", side) for c in x) for x in (plain, rephrased))
        )
        for side in SIDES
    }


ACTIONS: dict[str, Action] = {
    "walk": Action(
        walk,
        ("a person walks forward", "the man is walking straight ahead", "someone walks in a straight line"),
        ("a woman strolls along", "go forward on foot", "the figure takes several steps ahead"),
    ),
    "walk slowly": Action(
        walk_slowly,
        ("a person walks slowly", "someone walks forward slowly", "the man takes a slow walk"),
        ("a woman ambles along at her leisure", "walk without any hurry", "an old man trudges forward"),
    ),
    "walk backwards": Action(
        walk_backwards,
        ("a person walks backwards", "the person steps back several steps", "someone is walking backward"),
        ("a man backs away", "go backwards", "she retreats without turning around"),
    ),
    "run": Action(
        run,
        ("a person runs forward", "someone is running quickly", "the man runs in a straight line"),
        ("a woman sprints", "run as fast as you can", "he dashes ahead"),
    ),
    "jog": Action(
        jog,
        ("a person jogs forward", "someone is jogging", "the man jogs in a straight line"),
        ("a woman goes for a jog", "run at an easy pace", "he trots along"),
    ),
    **_both_sides(
        "turn", turn,
        ("a person walks and turns *", "someone walks forward and then turns to the *",
         "the man makes a * turn while walking"),
        ("walk ahead, then take a *", "a woman rounds a corner to the *", "he veers off to his *"),
    ),
    "turn around": Action(
        turn_around,
        ("a person turns around", "someone turns 180 degrees to face the other way",
         "the man walks forward and turns around"),
        ("face the opposite direction", "a woman does an about-turn", "he turns his back to us"),
    ),
    "walk in a circle": Action(
        walk_in_a_circle,
        ("a person walks in a circle", "a man walks around in a circular path",
         "someone walks around in a full circle"),
        ("pace around in circles", "a woman goes all the way round and comes back to where she was",
         "he walks once around an imaginary table"),
    ),
    "spin": Action(
        spin,
        ("a person spins around", "someone spins in place", "the man turns around once on the spot"),
        ("twirl", "a woman does a pirouette", "he whirls around himself"),
    ),
    **_both_sides(
        "step", step_sideways,
        ("a person steps sideways to the *", "someone takes side steps to the *",
         "the man sidesteps to the *"),
        ("shuffle to your *", "a woman moves *ward without turning", "he goes * like a crab"),
    ),
    "stand still": Action(
        stand_still,
        ("a person stands still", "someone is standing in place", "the man stands without moving"),
        ("do not move", "a woman waits motionless", "he just stays where he is"),
    ),
    "march": Action(
        march,
        ("a person marches", "someone marches in place and lifts the knees high",
         "the man walks with high knees"),
        ("march like a soldier on parade", "a woman stomps along and pulls her knees up",
         "he does high knees on the spot"),
    ),
    "sneak": Action(
        sneak,
        ("a person sneaks forward", "someone walks stealthily", "the man sneaks with bent knees"),
        ("creep along like a thief", "a woman slinks by so that nobody hears her", "he prowls around"),
    ),
    "climb stairs": Action(
        climb,
        ("a person walks up stairs", "someone climbs three steps", "the man steps up onto a platform"),
        ("go upstairs", "a woman ascends a staircase", "he gets onto a high step"),
    ),
    "walk like a zombie": Action(
        walk_with_arms_out,
        ("a person walks like a zombie", "someone walks forward with both arms stretched out in front",
         "the man walks with his arms held forward"),
        ("walk with your arms stretched out before you", "a sleepwalker comes with outstretched arms",
         "she reaches ahead with both hands as she walks"),
    ),
    "dance": Action(
        dance,
        ("a person dances", "someone is dancing", "the man dances salsa"),
        ("show me some dance moves", "a woman grooves to music", "he boogies at a party"),
    ),
    "jump": Action(
        jump,
        ("a person jumps up", "someone jumps straight up into the air", "the man jumps in place"),
        ("leap as high as you can", "a woman hops up with both feet", "he springs into the air"),
    ),
    "jump forward": Action(
        jump_forward,
        ("a person jumps forward", "the figure leaps forward with both feet", "someone does a long jump"),
        ("take a big leap ahead", "a woman bounds forward over a puddle", "he does a standing broad jump"),
    ),
    "hop": Action(
        hop,
        ("a person hops on one foot", "someone hops on the left leg", "the man jumps on one leg"),
        ("hop along on a single foot", "a woman leaps about on one leg", "he bounces on his right leg"),
    ),
    "skip": Action(
        skip,
        ("a person skips forward", "someone is skipping", "the man skips along"),
        ("skip happily like a child", "a girl goes skipping down the road", "he goes step-hop, step-hop"),
    ),
    "jumping jacks": Action(
        jumping_jacks,
        ("a person does jumping jacks", "someone is doing star jumps", "the man does several jumping jacks"),
        ("warm up with jumping jacks", "a woman jumps her feet apart and claps overhead, again and again",
         "he keeps jumping with arms and legs going out and in"),
    ),
    **_both_sides(
        "kick", kick,
        ("a person kicks with the * leg", "the person performs a kick with the * foot",
         "someone kicks a ball with the * foot"),
        ("kick out with your *", "a fighter throws a * kick", "she boots something with her * foot"),
    ),
    "punch": Action(
        punch,
        ("a person punches", "the boxer throws punches", "someone punches forward with the fist"),
        ("throw a jab", "a woman is shadow boxing", "he hits out with his fists"),
    ),
    "throw": Action(
        throw,
        ("a person throws a ball", "someone throws something forward", "the man throws with the right hand"),
        ("hurl a stone", "a pitcher pitches", "she tosses a ball overhand as far as she can"),
    ),
    "clap": Action(
        clap,
        ("a person claps their hands", "someone is clapping", "the man claps several times"),
        ("applaud", "a woman gives a round of applause", "he puts his hands together again and again"),
    ),
    **_both_sides(
        "raise hand", raise_hand,
        ("a person raises the * hand", "someone lifts the * arm", "the man puts his * hand up"),
        ("hold up your *", "a pupil asks for attention with the * hand", "her * arm goes up"),
    ),
    "raise both hands": Action(
        raise_both_hands,
        ("a person raises both hands", "the person lifts both arms above the head",
         "someone puts both hands up"),
        ("hands up", "a woman throws her arms in the air", "he surrenders"),
    ),
    **_both_sides(
        "wave", wave,
        ("a person waves with the * hand", "the person waves using his * arm", "someone waves the * hand"),
        ("say hello with your * hand", "a woman waves goodbye with her *",
         "he swings his raised * hand from side to side"),
    ),
    "wave both hands": Action(
        wave_both_hands,
        ("a person waves with both hands", "someone waves both arms", "the man is waving both hands"),
        ("wave for help with both arms", "a woman greets us, waving her two hands",
         "he swings his raised hands to and fro"),
    ),
    "drink": Action(
        drink,
        ("a person drinks from a bottle", "someone is drinking", "the man drinks from a cup"),
        ("have a sip of water", "a woman empties a glass", "he gulps down a soda"),
    ),
    "balance": Action(
        balance,
        ("a person balances on one leg", "someone stands on one foot", "the man lifts one leg and holds it"),
        ("keep your balance on a single leg", "a woman stands like a flamingo", "he holds the tree pose"),
    ),
    "sit down": Action(
        sit_down,
        ("a person sits down on a chair", "someone takes a seat", "the man sits down"),
        ("have a seat", "a woman lowers herself onto a stool", "he seats himself on a bench"),
    ),
    "stand up": Action(
        stand_up,
        ("a person stands up from a chair", "someone is sitting and then stands up",
         "the man gets up from his seat"),
        ("rise from the chair", "a woman leaves her seat", "he was sitting on a stool and gets to his feet"),
    ),
    "squat": Action(
        squat,
        ("a person does a squat", "someone squats down and stands up again", "the man does several squats"),
        ("do some knee bends", "a woman goes down on her haunches and comes up",
         "he exercises his thighs with squats"),
    ),
    "crouch": Action(
        crouch,
        ("a person crouches down", "someone crouches", "the man walks and then crouches"),
        ("hunker down", "a woman ducks low behind a wall", "he huddles down on his feet"),
    ),
    "kneel": Action(
        kneel,
        ("a person kneels down", "someone goes down on one knee", "the man kneels on the floor"),
        ("get on your knees", "a knight kneels before the king", "he proposes to her on bended knee"),
    ),
    "pick up": Action(
        pick_up,
        ("a person picks something up from the ground",
         "the person bends down to grab an object off the floor", "someone picks up a box"),
        ("lift that parcel from the floor", "a woman collects a coin she has dropped",
         "he reaches down for a ball and takes it"),
    ),
    "bow": Action(
        bow,
        ("a person bows", "someone bows politely", "the man bows forward and straightens up"),
        ("take a bow", "an actor thanks the audience with a bow", "she greets in the Japanese way"),
    ),
    "touch toes": Action(
        touch_toes,
        ("a person touches the toes", "someone bends over with straight legs",
         "the man bends down to touch his feet"),
        ("reach for your toes", "a woman stretches her hamstrings, fingers to the ground",
         "he folds forward until his hands are at his ankles"),
    ),
    "lie down": Action(
        lie_down,
        ("a person lies down on the floor", "someone lies down on their back",
         "the man lies down on the ground"),
        ("have a rest on the ground", "a woman stretches out on the floor", "he goes to sleep on the mat"),
    ),
    "get up": Action(
        get_up,
        ("a person gets up from the floor", "someone lying on the ground stands up",
         "the man gets up from lying on his back"),
        ("rise to your feet from the ground", "a woman scrambles up after a fall",
         "he picks himself up off the floor"),
    ),
    "crawl": Action(
        crawl,
        ("a person crawls on the floor", "someone crawls on hands and knees", "the man crawls forward"),
        ("move on all fours", "a toddler crawls along", "she makes her way on her hands and knees"),
    ),
    "roll": Action(
        roll,
        ("a person rolls on the floor", "someone does a forward roll", "the man rolls over on the ground"),
        ("do a somersault", "a woman tumbles head over heels on the mat", "he dives and rolls"),
    ),
    "fall": Action(
        fall,
        ("a person falls down", "someone falls to the ground", "the man trips and falls on the floor"),
        ("collapse", "a woman slips on a banana peel", "he drops to the ground as if shot"),
    ),
    "cartwheel": Action(
        cartwheel,
        ("a person does a cartwheel", "the person performs a cartwheel to the side",
         "someone does cartwheels"),
        ("turn a cartwheel", "a gymnast wheels sideways over her hands", "he goes hand, hand, foot, foot"),
    ),
    "handstand": Action(
        handstand,
        ("a person does a handstand", "someone stands on their hands", "the man walks on his hands"),
        ("get upside down on your hands", "a gymnast balances on her two hands",
         "he kicks up into a handstand"),
    ),
    "backflip": Action(
        flip,
        ("a person does a backflip", "someone does a flip in the air", "the man jumps and flips backwards"),
        ("do a back somersault", "an acrobat flips over in mid-air", "she does a somersault without hands"),
    ),
}  # fmt: skip
