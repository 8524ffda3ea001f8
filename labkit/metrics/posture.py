"""Measurements of joint positions for the rules of `labkit.metrics.actions`.

Joints are (F, 24, 3) at ``FPS`` frames per second: metres of the open body (see `to_open_body`), Z up, floor
at z = 0. "Ahead" and "left" are the body's own: nothing here depends on where it starts or which way it
faces.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import uniform_filter1d

from labkit.motion import FPS, JOINT_NAMES
from labkit.motion import JOINT_INDEX as _J

LEG = 0.822  # metres from hip over knee to ankle, of the open body
PELVIS = 0.95  # metres, height of the pelvis of the open body as people stand
SOLE = {"ankle": 0.075, "foot": 0.027}  # metres, height of these joints over a sole that lies flat
SIDES = ("left", "right")


def to_open_body(joints: ArrayLike) -> np.ndarray:
    """Joints (F, 24, 3) of any body, metres → float64, scaled to legs as long as the open body's.

    Raises ValueError for another shape, F < 2, numbers that are not finite, and legs without length.
    """
    joints = np.asarray(joints, dtype=np.float64)
    if joints.ndim != 3 or joints.shape[1:] != (len(JOINT_NAMES), 3) or len(joints) < 2:
        raise ValueError(
            f"expected joints (F, {len(JOINT_NAMES)}, 3) of 2 or more frames, got {joints.shape}"
        )
    bones = [
        np.linalg.norm(at(joints, f"{side}_{a}") - at(joints, f"{side}_{b}"), axis=-1)
        for side in SIDES
        for a, b in (("hip", "knee"), ("knee", "ankle"))
    ]
    leg = 2 * np.mean(bones)
    if not np.isfinite(joints).all() or leg < 1e-6:
        raise ValueError("joints are not finite, or the legs have no length")
    return joints * (LEG / leg)


def other(side: str) -> str:
    """The other side: "left" for "right", and the reverse."""
    return "left" if side == "right" else "right"


# Time


def smooth(x: np.ndarray, seconds: float = 0.15) -> np.ndarray:
    """Running mean of x (F, ...) over this time → the same shape."""
    return uniform_filter1d(x, max(1, round(seconds * FPS)), axis=0, mode="nearest")


def rate(x: np.ndarray, seconds: float = 0.15) -> np.ndarray:
    """Change of x (F, ...) per second, smoothed over this time → the same shape."""
    return np.gradient(smooth(x, seconds), axis=0) * FPS


def spans(mask: np.ndarray, seconds: float = 0.0) -> list[tuple[int, int]]:
    """First frame and the one after the last of every run of True that lasts `seconds` or longer."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(a, b) for a, b in edges.reshape(-1, 2).tolist() if b - a >= seconds * FPS]


def lasts(mask: np.ndarray, seconds: float) -> np.ndarray:
    """The mask (F,) without its runs of True that are shorter than `seconds`."""
    kept = np.zeros(len(mask), dtype=bool)
    for a, b in spans(mask, seconds):
        kept[a:b] = True
    return kept


def lately(x: np.ndarray, seconds: float) -> np.ndarray:
    """The maximum of x (F,) over the `seconds` up to each frame, (F,); for a mask, whether it held at all."""
    n = round(seconds * FPS)
    return np.lib.stride_tricks.sliding_window_view(np.pad(x, (n, 0), mode="edge"), n + 1).max(-1)


def then(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether some True frame of `second` (F,) is at or after the first True frame of `first` (F,)."""
    return bool(first.any() and second[np.argmax(first) :].any())


def ends(mask: np.ndarray, seconds: float = 0.3) -> bool:
    """Whether the mask (F,) holds in most frames of the last `seconds`."""
    return bool(mask[-round(seconds * FPS) :].mean() > 0.5)


def peaks(x: np.ndarray, least: float) -> np.ndarray:
    """Frames at which x (F,) peaks, by a prominence of `least` or more → (K,) int."""
    from scipy.signal import find_peaks  # slower to import than the rest of this file

    return find_peaks(x, prominence=least)[0]


def swings(x: np.ndarray, least: float) -> int:
    """The number of oscillations of x (F,) by `least` or more: peaks or valleys, whichever are fewer."""
    return min(len(peaks(x, least)), len(peaks(-x, least)))


# Place


def at(j: np.ndarray, name: str) -> np.ndarray:
    """Position of a joint, (F, 3), metres."""
    return j[:, _J[name]]


def height(j: np.ndarray, name: str) -> np.ndarray:
    """Height of a joint above the floor, (F,), metres."""
    return j[:, _J[name], 2]


def facing(j: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors over the floor, (F, 2) each: ahead of the body, and to its left, by hips and shoulders."""
    across = at(j, "left_hip") - at(j, "right_hip") + at(j, "left_shoulder") - at(j, "right_shoulder")
    left = smooth(across[:, :2], 0.25)
    left = left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-9)
    return np.stack([left[:, 1], -left[:, 0]], 1), left


def seen(j: np.ndarray, name: str, base: str = "pelvis") -> np.ndarray:
    """Position of a joint relative to another one, (F, 3): metres ahead, to the left, up."""
    ahead, left = facing(j)
    d = at(j, name) - at(j, base)
    return np.stack([(d[:, :2] * ahead).sum(1), (d[:, :2] * left).sum(1), d[:, 2]], 1)


def heading(j: np.ndarray) -> np.ndarray:
    """Heading of the body, (F,) degrees, positive to the left, without jumps of 360."""
    ahead, _ = facing(j)
    return np.degrees(np.unwrap(np.arctan2(ahead[:, 1], ahead[:, 0])))


def turned(j: np.ndarray) -> float:
    """Change of heading from the first quarter of a second to the last, degrees, positive to the left."""
    alpha = heading(j)
    return float(alpha[-5:].mean() - alpha[:5].mean())


def travel(j: np.ndarray) -> tuple[float, float, float]:
    """Way of the pelvis over the floor, metres: ahead, to the left, and the length of its path."""
    ahead, left = facing(j)
    steps = np.diff(smooth(at(j, "pelvis")[:, :2], 0.25), axis=0)
    return (
        float((steps * ahead[:-1]).sum()),
        float((steps * left[:-1]).sum()),
        float(np.linalg.norm(steps, axis=1).sum()),
    )


def pace(j: np.ndarray) -> float:
    """Median speed of the pelvis over the floor, m/s."""
    return float(np.median(np.linalg.norm(rate(at(j, "pelvis")[:, :2], 0.5), axis=1)))


def roams(j: np.ndarray) -> float:
    """How far the pelvis gets away from its median place on the floor, metres."""
    place = at(j, "pelvis")[:, :2]
    return float(np.linalg.norm(place - np.median(place, axis=0), axis=1).max())


def strides(j: np.ndarray) -> int:
    """How often one foot swings past the other, by 20 cm or more."""
    lead = smooth(seen(j, "left_ankle", "right_ankle")[:, 0])
    return len(peaks(lead, 0.2)) + len(peaks(-lead, 0.2))


# Posture


def tilt(j: np.ndarray) -> np.ndarray:
    """Angle between the spine and the vertical, (F,) degrees; 180 is upside down."""
    spine = at(j, "neck") - at(j, "pelvis")
    return np.degrees(np.arccos(np.clip(spine[:, 2] / np.linalg.norm(spine, axis=1), -1, 1)))


def angle(j: np.ndarray, joint: str) -> np.ndarray:
    """Inner angle of a knee or an elbow, (F,) degrees; 180 is straight."""
    side, part = joint.split("_")
    ends = ("hip", "ankle") if part == "knee" else ("shoulder", "wrist")
    a, b = (at(j, f"{side}_{end}") - at(j, joint) for end in ends)
    cosine = (a * b).sum(1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def sole(j: np.ndarray, side: str) -> np.ndarray:
    """Height of the lowest part of a foot above the floor, (F,), metres."""
    return np.minimum(*(height(j, f"{side}_{part}") - rest for part, rest in SOLE.items()))


def soles(j: np.ndarray) -> np.ndarray:
    """`sole` of the left and the right foot, (2, F), metres."""
    return np.array([sole(j, side) for side in SIDES])


def hands(j: np.ndarray) -> np.ndarray:
    """Height of the left and the right wrist above the floor, (2, F), metres."""
    return np.array([height(j, f"{side}_wrist") for side in SIDES])


def raised(j: np.ndarray, side: str) -> np.ndarray:
    """Height of a wrist above its shoulder, (F,), metres; an arm that hangs is at -0.48."""
    return height(j, f"{side}_wrist") - height(j, f"{side}_shoulder")


def upright(j: np.ndarray) -> bool:
    """On its feet in nearly all frames: the pelvis above 0.75 m, the spine within 45° of the vertical."""
    return bool(((height(j, "pelvis") > 0.75) & (tilt(j) < 45)).mean() > 0.9)


def standing(j: np.ndarray) -> np.ndarray:
    """Frames (F,) in which the pelvis is above 0.88 m and the spine within 30° of the vertical."""
    return (height(j, "pelvis") > 0.88) & (tilt(j) < 30)


def sitting(j: np.ndarray) -> np.ndarray:
    """Frames (F,) in which the body sits: the spine within 45° of the vertical, the pelvis still and lower
    than when standing, and the trunk 8 cm or more behind the ankles, where no person could balance."""
    feet = (seen(j, "left_ankle") + seen(j, "right_ankle"))[:, 0] / 2
    trunk = 0.4 * seen(j, "neck")[:, 0]  # the centre of the trunk's mass
    still = np.linalg.norm(rate(at(j, "pelvis"), 0.25), axis=1) < 0.2
    low = (height(j, "pelvis") > 0.25) & (height(j, "pelvis") < 0.88)
    return low & still & (tilt(j) < 45) & (feet - trunk > 0.08)


def lying(j: np.ndarray) -> np.ndarray:
    """Frames (F,) in which pelvis and neck are near the floor."""
    return (height(j, "pelvis") < 0.3) & (height(j, "neck") < 0.4)


def folded(j: np.ndarray) -> np.ndarray:
    """Frames (F,) on the feet with both knees bent below 120° and above 20 cm, the body not sitting."""
    knees = np.maximum(angle(j, "left_knee"), angle(j, "right_knee")) < 120
    knees &= np.minimum(height(j, "left_knee"), height(j, "right_knee")) > 0.2
    return knees & (height(j, "pelvis") < 0.7) & (soles(j).min(0) < 0.1) & ~sitting(j)


def flights(j: np.ndarray) -> list[tuple[float, float]]:
    """Every jump: how far the pelvis rises above standing, and how far it goes over the floor, metres.

    A jump is a time of 0.15 to 1 s with both soles above 5 cm, into which the pelvis goes up at 1.2 m/s or
    more, and out of which it comes down as fast. Runners' steps are slower, climbers' last longer.
    """
    pelvis, speed = at(j, "pelvis"), rate(height(j, "pelvis"), 0.05)
    found = []
    for a, b in spans(soles(j).min(0) > 0.05, 0.15):
        up, down = speed[max(a - 3, 0) : b].max(), speed[a : b + 3].min()
        if b - a <= FPS and up > 1.2 and down < -1.2:
            way = pelvis[min(b, len(j) - 1), :2] - pelvis[max(a - 1, 0), :2]
            found.append((float(pelvis[a:b, 2].max() - PELVIS), float(np.linalg.norm(way))))
    return found
