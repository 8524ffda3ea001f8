"""Events in a motion with their times: walks, turns, jumps, kicks, punches, postures and their changes.

All events are detected from joint positions with thresholds in metres, degrees and seconds. Captions contain
only events, and labels that no event contradicts.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import find_peaks
from torch import Tensor

from labkit.metrics.posture import spans
from labkit.motion import FPS, Motion, heading
from labkit.motion import JOINT_INDEX as _J
from labkit_data.kinematics import find_turns

SIDES = ("left", "right")
POSTURES = ("stand", "low", "sit", "fours", "lie", "inverted")


@dataclass(frozen=True)
class Event:
    """One event. start, end: frames, the end exclusive.

    kind: "walk" (any way over the floor), "turn" (on the spot), "jump", "kick", "punch", "raise", "bow", a
        posture of POSTURES, or a change between two of them as "stand>sit".
    side: "left", "right", "both" or "".
    way: of walks "forward", "backwards", "left", "right"; of jumps these, "up" and "turn"; of kicks "front",
        "back" or "side"; of lying "back", "stomach" or "side".
    turn: change of heading, degrees, positive to the left. turns: the turns on the way, one by one.
    amount: metres of walks and jumps; height of kicks above the floor and of raised hands above the
        shoulders; distance of the fist from the pelvis for punches; degrees for bows; for postures the pelvis
        height as a fraction of the standing height.
    speed: metres per second; for jumps the rise of the pelvis, for bows the least wrist height, in metres.
    feet: of jumps "two", "one" (the same foot) or "other" (from one foot to the other); of walks "stays" if
        the end is near the start; of bows "up" for each end at which the body stands up ("upup" for both).
    """

    kind: str
    start: int
    end: int
    side: str = ""
    way: str = ""
    turn: float = 0.0
    turns: tuple[float, ...] = ()
    amount: float = 0.0
    speed: float = 0.0
    feet: str = ""


class Track:
    """A motion of F frames as signals, all (F,) or (F, 2) for left and right, metres and degrees.

    heights are above the floor; `ahead` and `aside` are seen from the pelvis along the body's heading and to
    its left.
    """

    def __init__(self, motion: Motion, positions: Tensor):
        joints = positions.double().cpu().numpy()
        self.joints, self.frames = joints, len(joints)
        alpha = np.unwrap(heading(motion.rotations()[:, 0]).double().cpu().numpy())
        self.alpha = alpha
        self.yaw = np.degrees(uniform_filter1d(alpha, 9, mode="nearest"))
        feet = joints[:, [_J["left_ankle"], _J["right_ankle"], _J["left_foot"], _J["right_foot"]], 2]
        self.floor = float(np.percentile(feet[:, 2:], 5)) - 0.02
        lowest = float(np.percentile(joints[..., 2].min(1), 5))
        if lowest < self.floor - 0.1:  # lying or upside down: the feet do not carry the body
            self.floor = lowest
        self.pelvis = joints[:, 0, 2] - self.floor
        leg = sum(
            np.linalg.norm(joints[0, _J[f"left_{a}"]] - joints[0, _J[f"left_{b}"]])
            for a, b in (("hip", "knee"), ("knee", "ankle"))
        )
        self.standing = (
            leg + 0.09 + abs(joints[0, 0] - joints[0, [_J["left_hip"], _J["right_hip"]]].mean(0))[2]
        )
        self.standing = max(self.standing, leg + 0.09)
        self.head, self.neck = self.height("head"), self.height("neck")
        self.ankles = np.stack([self.height(f"{s}_ankle") for s in SIDES], 1)
        self.toes = np.stack([self.height(f"{s}_foot") for s in SIDES], 1)
        self.knees = np.stack([self.height(f"{s}_knee") for s in SIDES], 1)
        self.wrists = np.stack([self.height(f"{s}_wrist") for s in SIDES], 1)
        self.shoulders = np.stack([self.height(f"{s}_shoulder") for s in SIDES], 1)
        spine = joints[:, _J["neck"]] - joints[:, 0]
        self.tilt = np.degrees(np.arccos(np.clip(spine[:, 2] / np.linalg.norm(spine, axis=-1), -1, 1)))
        both = np.minimum(self.ankles - np.percentile(self.ankles, 5, axis=0).clip(max=0.12),
                          self.toes - np.percentile(self.toes, 5, axis=0).clip(max=0.06))  # fmt: skip
        self.soles = both  # of each foot, above where it stands
        planar = uniform_filter1d(joints[:, 0, :2], 7, axis=0, mode="nearest")
        step = np.gradient(planar, axis=0) if self.frames > 1 else np.zeros_like(planar)
        c, s = np.cos(alpha), np.sin(alpha)
        self.forward = (step[:, 0] * s - step[:, 1] * c) * FPS  # heading 0 faces -Y
        self.leftward = (step[:, 0] * c + step[:, 1] * s) * FPS
        self.speed = np.hypot(self.forward, self.leftward)
        self.posture = self._posture()

    def height(self, joint: str) -> np.ndarray:
        return self.joints[:, _J[joint], 2] - self.floor

    def seen(self, joint: str) -> tuple[np.ndarray, np.ndarray]:
        """How far a joint is ahead and aside (left) of the pelvis."""
        offset = self.joints[:, _J[joint], :2] - self.joints[:, 0, :2]
        c, s = np.cos(self.alpha), np.sin(self.alpha)
        return offset[:, 0] * s - offset[:, 1] * c, offset[:, 0] * c + offset[:, 1] * s

    def _posture(self) -> np.ndarray:
        """The index in POSTURES of every frame."""
        ratio = self.pelvis / self.standing
        ahead = np.mean([self.seen(f"{s}_ankle")[0] for s in SIDES], axis=0)
        level = self.pelvis - self.knees.mean(1)  # of the thighs, 0 where they lie level
        low = (ratio < 0.72) & (self.tilt < 100)
        # the thighs nearly level and the feet ahead: only a seated body can balance like this, at any height
        sits = (ratio < 0.9) & (self.tilt < 55) & (ahead > 0.14) & (level < 0.2) & (self.toes.max(1) < 0.35)
        fours = (self.tilt > 50) & (self.wrists.min(1) < 0.25) & (ratio < 0.8) & (self.knees.min(1) < 0.25)
        lies = (self.pelvis < 0.32) & (self.neck - self.pelvis < 0.25) & (self.head < 0.6)
        upside = (self.head < self.pelvis - 0.05) & (self.ankles.max(1) > np.maximum(self.pelvis, 0.5) - 0.1)
        found = np.zeros(self.frames, int)
        for mask, name in ((low, "low"), (sits, "sit"), (fours, "fours"), (lies, "lie")):
            found[mask] = POSTURES.index(name)
        found = median_filter(found, 7, mode="nearest") if self.frames >= 7 else found
        found[upside] = POSTURES.index("inverted")  # a somersault is over in a quarter of a second
        return found


def find_events(motion: Motion, joints: Tensor) -> tuple[Event, ...]:
    """All events of a motion in order of their start; `joints` (F, 24, 3): world positions, Z up, metres."""
    track = Track(motion, joints)
    if track.frames < 4:
        return ()
    found = [*_postures(track), *_walks(track), *_jumps(track), *_kicks(track), *_punches(track)]
    found += [*_raises(track), *_bows(track)]
    found += _turns(track, [e for e in found if e.kind in ("walk", "jump", "inverted")])
    return tuple(sorted(found, key=lambda e: (e.start, e.end)))


def _postures(track: Track) -> list[Event]:
    """Postures held for 0.3 s, and the changes from one to the next."""
    edges = [0, *(np.flatnonzero(np.diff(track.posture)) + 1).tolist(), track.frames]
    held = [
        (POSTURES[track.posture[a]], a, b)
        for a, b in zip(edges, edges[1:])
        if b - a >= 6 or POSTURES[track.posture[a]] == "inverted"
    ]
    merged: list[tuple[str, int, int]] = []
    for name, a, b in held:
        if merged and merged[-1][0] == name:
            merged[-1] = (name, merged[-1][1], b)
        else:
            merged.append((name, a, b))
    found = []
    for name, a, b in merged:
        way = _lying(track, a, b) if name == "lie" else ""
        amount = float(np.median(track.pelvis[a:b]) / track.standing)
        found.append(Event(name, a, b, way=way, amount=amount))
    for (old, a, b), (new, c, d) in zip(merged, merged[1:]):
        drop = np.gradient(uniform_filter1d(track.pelvis, 3)) * FPS
        middle = slice(max(a, b - 10), min(d, c + 10))
        speed = float(np.abs(drop[middle]).max())
        turn = found[[(e.start, e.kind) for e in found].index((c, new))].way if new == "lie" else ""
        turn = turn or (_lying(track, a, b) if old == "lie" else "")
        found.append(Event(f"{old}>{new}", max(a, b - 10), min(d, c + 10), way=turn, speed=speed))
    return found


def _lying(track: Track, start: int, end: int) -> str:
    """The side that the body lies on, from the chest's direction: the cross product of its left and up."""
    j = track.joints[start:end]
    left = j[:, _J["left_shoulder"]] - j[:, _J["right_shoulder"]]
    up = j[:, _J["neck"]] - j[:, 0]
    chest = np.cross(left, up)
    z = (chest[:, 2] / np.linalg.norm(chest, axis=-1)).mean()
    return "back" if z > 0.5 else "stomach" if z < -0.5 else "side"


def _walks(track: Track) -> list[Event]:
    """Ways over the floor of 0.4 m or more, cut where their direction in the body's frame changes."""
    # the mean velocity over 0.55 s decides the direction, so that sway of the pelvis has no effect
    fwd, left = (uniform_filter1d(v, 11, mode="nearest") for v in (track.forward, track.leftward))
    speed = np.hypot(fwd, left)
    upright = np.isin(track.posture, (0, 1)) & (track.tilt < 65)
    speed = np.where(upright, speed, 0.0)  # crawling and rolling are not walks
    angle = np.degrees(np.arctan2(left, fwd))
    way = np.select(
        [speed < 0.22, np.abs(angle) <= 50, np.abs(angle) >= 130, angle > 0], [0, 1, 2, 3], default=4
    )
    way = median_filter(way, 13, mode="nearest") if track.frames >= 13 else way
    way = _absorb(way)
    gait = speed > 1.95  # a run and a walk are two events where each lasts 0.7 s
    gait = median_filter(gait.astype(int), 27, mode="nearest") if track.frames >= 27 else gait.astype(int)
    kind = np.where(way > 0, 2 * way + gait, 0)
    edges = [0, *(np.flatnonzero(np.diff(kind)) + 1).tolist(), track.frames]
    spans = [(kind[a], a, b) for a, b in zip(edges, edges[1:])]
    merged: list[tuple[int, int, int]] = []
    for w, a, b in spans:
        short = w == 0 and b - a < 8  # a pause in a walk
        if merged and merged[-1][2] == a and (merged[-1][0] == w or short):
            merged[-1] = (merged[-1][0], merged[-1][1], b)
        else:
            merged.append((w, a, b))
    found = []
    for w, a, b in ((w // 2, a, b) for w, a, b in merged):
        distance = float(track.speed[a:b].sum() / FPS)
        ahead, aside = float(track.forward[a:b].sum() / FPS), float(track.leftward[a:b].sum() / FPS)
        if w == 0 or b - a < 6 or np.hypot(ahead, aside) < 0.35 or distance < 0.4:
            continue
        steps = track.joints[a:b, 0, :2]
        found.append(
            Event(
                "walk", a, b, way=("", "forward", "backwards", "left", "right")[w],
                turn=float(track.yaw[b - 1] - track.yaw[a]), turns=find_turns(track.yaw[a:b]),
                amount=distance, speed=float(np.percentile(track.speed[a:b], 60)),
                side=_diagonal(ahead, aside) if w == 1 else "",
                feet="stays" if np.linalg.norm(steps[-1] - steps[0]) < 0.3 * distance else "",
            )
        )  # fmt: skip
    return found


def _absorb(way: np.ndarray) -> np.ndarray:
    """The ways, with short sideways parts of a walk merged into it: in a turn the hips follow later."""
    way = way.copy()
    edges = [0, *(np.flatnonzero(np.diff(way)) + 1).tolist(), len(way)]
    spans = [(way[a], a, b) for a, b in zip(edges, edges[1:])]
    for i, (w, a, b) in enumerate(spans):
        beside = [s for s in (spans[i - 1] if i else None, spans[i + 1] if i + 1 < len(spans) else None) if s]
        ahead = [s for s in beside if s[0] in (1, 2) and s[2] - s[1] > b - a]
        if w > 2 and b - a < 18 and ahead:
            way[a:b] = max(ahead, key=lambda s: s[2] - s[1])[0]
    return way


def _diagonal(ahead: float, aside: float) -> str:
    """The side of a walk that goes forward and aside at once, 25° and more."""
    return "" if abs(aside) < 0.47 * ahead else "left" if aside > 0 else "right"


def _jumps(track: Track) -> list[Event]:
    """Flights: both feet off the floor for 0.15 s to 1.2 s, upright, the pelvis rises with it."""
    off = (track.soles.min(1) > 0.045) & (track.posture != POSTURES.index("inverted"))
    off &= ~np.isin(track.posture, [POSTURES.index(p) for p in ("lie", "fours", "sit")])
    found = []
    for a, b in spans(off):
        before, after = max(a - 1, 0), min(b, track.frames - 1)
        ground = max(track.pelvis[before], track.pelvis[after])
        rise = float(track.pelvis[a:b].max() - ground)
        clear = float(track.soles[a:b].min(1).max())
        if not 3 <= b - a <= 24 or rise < 0.04 and clear < 0.1 or track.pelvis[a:b].min() < 0.5:
            continue
        if a == 0 and b == track.frames:
            continue
        step = track.joints[after, 0, :2] - track.joints[before, 0, :2]
        c, s = np.cos(track.alpha[before]), np.sin(track.alpha[before])
        ahead, aside = step[0] * s - step[1] * c, step[0] * c + step[1] * s
        turn = float(track.yaw[min(after + 3, track.frames - 1)] - track.yaw[max(before - 3, 0)])
        if abs(turn) > 60:
            way = "turn"
        elif max(abs(ahead), abs(aside)) < 0.22:
            way = "up"
        elif abs(aside) > abs(ahead):
            way = "left" if aside > 0 else "right"
        else:
            way = "forward" if ahead > 0 else "backwards"
        leaves = track.soles[max(a - 3, 0) : a].mean(0) < 0.06 if a else np.array([True, True])
        lands = track.soles[b : b + 3].mean(0) < 0.06 if b < track.frames else np.array([True, True])
        feet, side = "two", ""
        if leaves.sum() == lands.sum() == 1:
            feet = "one" if (leaves == lands).all() else "other"
            side = SIDES[int(lands[1])] if feet == "one" else ""
        found.append(
            Event(
                "jump", a, b, side=side, way=way, turn=turn, amount=float(np.hypot(ahead, aside)),
                speed=rise, feet=feet,
            )
        )  # fmt: skip
    return found


def _kicks(track: Track) -> list[Event]:
    """A foot that goes up to 0.38 m and more, ahead or aside, fast, while the other one is lower."""
    found = []
    upright = track.head > track.pelvis
    for i, side in enumerate(SIDES):
        ahead, aside = track.seen(f"{side}_ankle")
        foot = track.joints[:, _J[f"{side}_foot"]]
        speed = np.linalg.norm(np.gradient(foot, axis=0), axis=1) * FPS
        knee, hip = track.joints[:, _J[f"{side}_knee"]], track.joints[:, _J[f"{side}_hip"]]
        ankle = track.joints[:, _J[f"{side}_ankle"]]
        straight = np.linalg.norm(ankle - hip, axis=1)
        length = np.linalg.norm(knee - hip, axis=1) + np.linalg.norm(ankle - knee, axis=1)
        out = np.where(side == "left", aside, -aside)
        away = np.maximum(ahead, out)
        high = (track.ankles[:, i] > 0.38) & (track.ankles[:, i] > track.ankles[:, 1 - i] + 0.2) & upright
        high &= (straight / length > 0.72) & ((away > 0.3) | (np.hypot(ahead, aside) > 0.45) & (ahead > -0.2))
        for a, b in spans(high):
            if speed[max(a - 8, 0) : b + 3].max() < 1.8:
                continue
            top = a + int(track.ankles[a:b, i].argmax())
            way = "side" if out[top] > 1.2 * abs(ahead[top]) else "front" if ahead[top] > 0 else "back"
            event = Event(
                "kick", max(a - 6, 0), min(b + 6, track.frames), side=side, way=way,
                amount=float(track.ankles[top, i]), speed=float(speed[max(a - 8, 0) : b + 3].max()),
            )  # fmt: skip
            if found and found[-1].side == side and event.start < found[-1].end:
                continue
            found.append(event)
    return found


def _punches(track: Track) -> list[Event]:
    """A fist that is thrust out to nearly arm's length, about as high as the shoulders, and comes back."""
    found = []
    for i, side in enumerate(SIDES):
        shoulder, elbow, wrist = (
            track.joints[:, _J[f"{side}_{part}"]] for part in ("shoulder", "elbow", "wrist")
        )
        length = np.linalg.norm(elbow - shoulder, axis=1) + np.linalg.norm(wrist - elbow, axis=1)
        reach = np.linalg.norm(wrist - shoulder, axis=1) / length
        # boxers stand sideways, so a blow goes out to any side
        out = np.linalg.norm((wrist - track.joints[:, 0])[:, :2], axis=1)
        relative = wrist - track.joints[:, 0]
        speed = np.linalg.norm(np.gradient(relative, axis=0), axis=1) * FPS
        near = np.abs(track.wrists[:, i] - track.shoulders[:, i]) < 0.3
        for p in find_peaks(reach, prominence=0.15, distance=5)[0].tolist():
            a, b = max(p - 6, 0), min(p + 4, track.frames)
            quick = float(speed[a : p + 1].max())
            if out[p] > 0.38 and near[p] and reach[p] > 0.7 and quick > 1.8:
                found.append(Event("punch", a, b, side=side, amount=float(out[p]), speed=quick))
    return sorted(found, key=lambda e: e.start)


def _raises(track: Track) -> list[Event]:
    """Hands held higher than the shoulders for 0.3 s while the body is upright."""
    up = (track.wrists - track.shoulders > 0.05) & (track.tilt < 50)[:, None]
    found = []
    for side, mask in (("both", up.all(1)), *((s, up[:, i] & ~up[:, 1 - i]) for i, s in enumerate(SIDES))):
        for a, b in spans(mask):
            if b - a >= 6:
                i = slice(None) if side == "both" else SIDES.index(side)
                amount = (track.wrists - track.shoulders)[a:b, i].max(0).min()
                found.append(Event("raise", a, b, side=side, amount=float(amount)))
    return found


def _bows(track: Track) -> list[Event]:
    """The upper body bent forwards, 22° or more beyond its usual lean, for 0.3 s or longer while standing."""
    usual = np.percentile(track.tilt, 15)
    found = []
    for a, b in spans((track.tilt > usual + 22) & (track.posture == 0)):
        depth = float(track.tilt[a:b].max())
        chest = track.joints[a:b, _J["neck"]] - track.joints[a:b, 0]
        c, s = np.cos(track.alpha[a:b]), np.sin(track.alpha[a:b])
        ahead = (chest[:, 0] * s - chest[:, 1] * c).max()
        hands = float(track.wrists[a:b].min())
        if b - a >= 6 and ahead > 0.15:
            # speed: how low the hands come; feet: whether the body is upright before and after
            feet = ("up" if a > 0 else "") + ("up" if b < track.frames else "")
            found.append(Event("bow", a, b, amount=depth, speed=hands, feet=feet))
    return found


def _turns(track: Track, others: list[Event]) -> list[Event]:
    """Turns of 40° and more outside of walks and jumps."""
    busy = np.zeros(track.frames, bool)
    for event in others:
        busy[event.start : event.end] = True
    found = []
    for a, b in spans(~busy):
        yaw = track.yaw[max(a - 2, 0) : min(b + 2, track.frames)]
        turn = float(yaw[-1] - yaw[0])
        if b - a >= 6 and abs(turn) >= 40:
            found.append(Event("turn", a, b, turn=turn))
    return found
