"""Kinematic measurements of a motion: the facts that captions may state."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import find_peaks
from torch import Tensor

from labkit.metrics.posture import spans
from labkit.motion import FPS, Motion, heading
from labkit.motion import JOINT_INDEX as _J


@dataclass(frozen=True)
class Side:
    """One arm and one leg.

    raised: greatest height of the wrist above its shoulder, metres (negative while it hangs).
    raised_at_end: the same, in the last quarter of a second.
    reach: longest way of the wrist away from where it was at first, seen from the body, metres.
    waves: swings to and fro of the raised hand.
    foot_raised: greatest height of the ankle above the floor, metres.
    steps: how often the foot leaves its place for another.
    hand_lowest: least height of the wrist above the floor, metres.
    hand_speed, foot_speed: greatest speed, seen from the pelvis, metres a second.
    to_mouth: least distance of the wrist from the head, metres.
    """

    raised: float
    raised_at_end: float
    reach: float
    waves: int
    foot_raised: float
    steps: int
    hand_lowest: float = 0.8
    hand_speed: float = 0.0
    foot_speed: float = 0.0
    to_mouth: float = 0.6


@dataclass(frozen=True)
class Measures:
    """Facts about one motion.

    seconds: length.
    forward: way of the pelvis along the body's heading, metres; negative is backward. It follows the heading,
        so a circle walked forward counts as forward.
    distance: length of the pelvis's path on the floor, metres.
    turn: change of heading from start to end, degrees, positive to the left.
    turns: the turns one after another, each of 40 degrees or more, positive to the left.
    speed: mean speed over the floor, metres a second.
    lowest, highest: extremes of the pelvis height above the floor as fractions of the standing height.
    start_height, end_height: the same at the start and at the end.
    tilt: greatest angle of the spine from the vertical, degrees; 180 is upside down.
    start_tilt, end_tilt: the same at the start and at the end.
    left, right: arm and leg of each side.
    net_turn: change of heading between the first and the last 0.15 s, degrees: with the sway of the hips.
    activity: mean speed of wrists, ankles and head, metres a second.
    gaze_range: how far the face turns to and fro, degrees.
    rise: how much higher the pelvis is at its highest than at its lowest while upright, metres.
    hands_lowest: least height of a wrist above the floor, metres; hands_lowest_at: when, seconds.
    jacks: how often the hands go up over the head while the feet go apart.
    squats: how often the pelvis goes down by three tenths of its standing height and comes up again.
    lifts: how often a foot is lifted by 12 cm or more.
    twists: how often the shoulders turn against the hips, to and fro.
    kneels: whether a knee is on the floor, upright, for half a second.
    stands_on: the foot that carries the body alone for 1.2 s: "left", "right" or "".
    """

    seconds: float
    forward: float
    distance: float
    turn: float
    turns: tuple[float, ...]
    speed: float
    lowest: float
    highest: float
    start_height: float
    end_height: float
    tilt: float
    start_tilt: float
    end_tilt: float
    left: Side
    right: Side
    net_turn: float = 0.0
    activity: float = 0.0
    gaze_range: float = 0.0
    rise: float = 0.0
    hands_lowest: float = 0.8
    hands_lowest_at: float = 0.0
    jacks: int = 0
    squats: int = 0
    lifts: int = 0
    twists: int = 0
    kneels: bool = False
    stands_on: str = ""

    @property
    def steps(self) -> int:
        """Steps of both feet."""
        return self.left.steps + self.right.steps


def _smooth(values: np.ndarray, frames: int = 5) -> np.ndarray:
    """Running mean along the first axis, (F, ...) → (F, ...)."""
    if len(values) < 2:
        return values
    frames = min(frames, len(values) - (len(values) + 1) % 2)  # odd and no longer than the motion
    pad = [(frames // 2, frames // 2)] + [(0, 0)] * (values.ndim - 1)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, pad, mode="edge"), frames, axis=0)
    return windows.mean(-1)


def _swings(signal: np.ndarray, prominence: float) -> int:
    """How often a signal goes up and down again by `prominence`."""
    return len(find_peaks(signal, prominence=prominence)[0])


def count_steps(foot: np.ndarray) -> int:
    """Steps of one foot, (F, 3) metres: moves of 15 cm or more between two rests.

    A rest is slower than 0.4 m/s or than 40 % of the foot's fast moments, whichever is more: standing feet
    of a recorded run are never quite still.
    """
    moves = np.linalg.norm(np.diff(foot[:, :2], axis=0), axis=-1)
    if not len(moves):
        return 0
    speed = _smooth(moves * FPS, 3)
    swinging = speed > max(0.4, 0.4 * np.percentile(speed, 95))
    return sum(moves[a:b].sum() >= 0.15 for a, b in spans(swinging))


def count_waves(hand: np.ndarray, raised: np.ndarray) -> int:
    """Swings to and fro of a hand, seen from the body, (F, 3) metres, while `raised` (F,) holds.

    The position is projected on the main direction of its velocity. The result is the number of maxima or of
    minima, whichever is less, whose prominence is at least 6 cm and 40 % of the range.
    """
    long = [(a, b) for a, b in spans(raised) if b - a >= 6]
    if not long:
        return 0
    start, end = max(long, key=lambda span: span[1] - span[0])
    path = _smooth(hand[start:end], 3)
    direction = np.linalg.svd(np.diff(path, axis=0), full_matrices=False)[2][0]
    swing = path @ direction
    prominence = max(0.06, 0.4 * (np.percentile(swing, 95) - np.percentile(swing, 5)))
    return min(len(find_peaks(sign * swing, prominence=prominence)[0]) for sign in (1, -1))


def find_turns(heading: np.ndarray, least: float = 40.0) -> tuple[float, ...]:
    """The turns of a heading (F,), one after another, each of `least` or more: degrees in and out."""
    corners = [find_peaks(sign * heading, prominence=least)[0] for sign in (1, -1)]
    corners = np.unique(np.concatenate([[0], *corners, [len(heading) - 1]]))
    ways = np.diff(heading[corners])
    return tuple(ways[np.abs(ways) >= least].tolist())


def _side(name: str, joints: np.ndarray, alpha: np.ndarray, floor: float, quarter: int) -> Side:
    """Measure one side of a motion: joints (F, 24, 3), heading (F,), floor, frames in a quarter second."""
    pelvis = joints[:, _J["pelvis"]]
    wrist, shoulder = joints[:, _J[f"{name}_wrist"]], joints[:, _J[f"{name}_shoulder"]]
    above = wrist[:, 2] - shoulder[:, 2]
    offset = wrist - shoulder
    c, s = np.cos(alpha), np.sin(alpha)
    seen = np.stack(
        [c * offset[:, 0] + s * offset[:, 1], c * offset[:, 1] - s * offset[:, 0], offset[:, 2]], -1
    )
    ankle = joints[:, _J[f"{name}_ankle"]]

    def speed(joint: np.ndarray) -> float:
        return float(np.linalg.norm(np.diff(joint - pelvis, axis=0), axis=-1).max(initial=0) * FPS)

    return Side(
        raised=float(above.max()),
        raised_at_end=float(above[-quarter:].mean()),
        reach=float(np.linalg.norm(seen - seen[0], axis=-1).max()),
        waves=count_waves(seen, wrist[:, 2] > joints[:, _J[f"{name}_elbow"], 2]),
        foot_raised=float(ankle[:, 2].max() - floor),
        steps=count_steps(ankle),
        hand_lowest=float(wrist[:, 2].min() - floor),
        hand_speed=speed(wrist),
        foot_speed=speed(ankle),
        to_mouth=float(np.linalg.norm(wrist - joints[:, _J["head"]], axis=-1).min()),
    )


def measure(motion: Motion, positions: Tensor) -> Measures:
    """Measure one motion of F frames; `positions` (F, 24, 3) are its world joint positions, Z up, metres."""
    joints = positions.double().cpu().numpy()
    rotations = motion.rotations()
    alpha = heading(rotations[:, 0]).double().cpu().numpy()
    head = rotations[:, 0]
    for joint in ("spine1", "spine2", "spine3", "neck", "head"):
        head = head @ rotations[:, _J[joint]]
    gaze = heading(head).double().cpu().numpy() - alpha
    feet = joints[:, [_J["left_ankle"], _J["right_ankle"], _J["left_foot"], _J["right_foot"]]]
    floor = np.percentile(feet[..., 2:, 2], 5)
    pelvis = joints[:, _J["pelvis"]]
    quarter = max(1, min(FPS // 4, len(joints) // 2))

    # the path, seen from the body
    planar = _smooth(pelvis[:, :2])
    steps = np.diff(planar, axis=0)
    middle = (alpha[1:] + alpha[:-1]) / 2
    ahead = np.stack([np.sin(middle), -np.cos(middle)], -1)  # heading 0 faces -Y
    distance = np.linalg.norm(steps, axis=-1).sum()
    seconds = len(joints) / FPS

    # heights
    hips = joints[:, [_J["left_hip"], _J["right_hip"]]].mean(1)
    bones = [
        joints[0, _J[f"left_{a}"]] - joints[0, _J[f"left_{b}"]]
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    ]
    sole = np.percentile(feet[..., :2, 2], 5) - floor
    standing = sum(map(np.linalg.norm, bones)) + sole + np.linalg.norm(pelvis[0] - hips[0])
    height = (pelvis[:, 2] - floor) / standing
    spine = joints[:, _J["neck"]] - pelvis
    tilt = np.degrees(np.arccos(np.clip(spine[:, 2] / np.linalg.norm(spine, axis=-1), -1, 1)))

    ends = joints[:, [_J[n] for n in ("left_wrist", "right_wrist", "left_ankle", "right_ankle", "head")]]
    speeds = np.linalg.norm(np.diff(ends, axis=0), axis=-1) * FPS
    wrists = joints[:, [_J["left_wrist"], _J["right_wrist"]], 2] - floor
    ankles = joints[:, [_J["left_ankle"], _J["right_ankle"]]]
    overhead = wrists.min(1) > joints[:, _J["head"], 2] - floor - 0.1
    spread = np.linalg.norm(ankles[:, 0, :2] - ankles[:, 1, :2], axis=-1)
    apart = [a for a, b in spans(overhead) if np.ptp(spread[max(a - 8, 0) : b + 8]) > 0.2]
    lifted = ankles[..., 2] - np.percentile(ankles[..., 2], 10, axis=0)
    shoulders = joints[:, _J["left_shoulder"]] - joints[:, _J["right_shoulder"]]
    across = joints[:, _J["left_hip"]] - joints[:, _J["right_hip"]]
    twist = np.unwrap(np.arctan2(shoulders[:, 1], shoulders[:, 0]) - np.arctan2(across[:, 1], across[:, 0]))
    knees = joints[:, [_J["left_knee"], _J["right_knee"]], 2] - floor
    alone = (lifted > 0.08) & (lifted[:, ::-1] < 0.05)  # this foot is up, the other one down
    stands_on = ""
    for i, other in enumerate(("right", "left")):
        if any(b - a >= 1.2 * FPS for a, b in spans(alone[:, i])):
            stands_on = other
    upright = tilt < 60

    return Measures(
        seconds=seconds,
        forward=float((steps * ahead).sum()),
        distance=float(distance),
        turn=float(np.degrees(alpha[-quarter:].mean() - alpha[:quarter].mean())),
        turns=find_turns(np.degrees(_smooth(alpha, 2 * quarter + 1))),
        speed=float(distance / seconds),
        lowest=float(height.min()),
        highest=float(height.max()),
        start_height=float(height[:quarter].mean()),
        end_height=float(height[-quarter:].mean()),
        tilt=float(tilt.max()),
        start_tilt=float(tilt[:quarter].mean()),
        end_tilt=float(tilt[-quarter:].mean()),
        left=_side("left", joints, alpha, floor, quarter),
        right=_side("right", joints, alpha, floor, quarter),
        net_turn=float(np.degrees(alpha[-3:].mean() - alpha[:3].mean())),
        activity=float(speeds.mean()) if speeds.size else 0.0,
        gaze_range=float(np.ptp(np.degrees(np.unwrap(gaze)))),
        rise=float(np.ptp(pelvis[upright, 2])) if upright.any() else 0.0,
        hands_lowest=float(wrists.min()),
        hands_lowest_at=float(wrists.min(1).argmin() / FPS),
        jacks=len(apart),
        squats=_swings(-height, 0.3),
        lifts=_swings(lifted[:, 0], 0.12) + _swings(lifted[:, 1], 0.12),
        twists=_swings(_smooth(np.degrees(twist)), 35.0),
        kneels=bool(spans((knees.min(1) < 0.15) & (tilt < 50) & (height > 0.35), 0.5)),
        stands_on=stands_on,
    )
