"""A body of sticks, moved by simple formulas: what the rules for actions are tried on.

Its proportions are its own, not those of the open body. Angles are degrees. Everything may vary with time.
"""

import numpy as np

from labkit.motion import FPS, JOINT_INDEX, JOINT_NAMES

THIGH, SHANK, UPPER_ARM, FOREARM, HAND = 0.43, 0.42, 0.28, 0.25, 0.09  # metres
HIP, SHOULDER = 0.1, 0.18  # half the width
SPINE = {"spine1": 0.1, "spine2": 0.2, "spine3": 0.33, "neck": 0.5, "head": 0.6}
ANKLE = 0.075  # height of an ankle over its sole


def turn(x, axis, degrees):
    """Vectors x (F, ..., 3) turned about an axis of the world, x ahead, y left or z up, by (F,) degrees."""
    a = np.radians(np.reshape(degrees, (-1, *[1] * (x.ndim - 2))))
    i, k = [(1, 2), (2, 0), (0, 1)]["xyz".index(axis)]
    out = np.array(np.broadcast_to(x, (max(len(x), len(a)), *x.shape[1:])))
    out[..., i] = np.cos(a) * x[..., i] - np.sin(a) * x[..., k]
    out[..., k] = np.sin(a) * x[..., i] + np.cos(a) * x[..., k]
    return out


def limb(upper, lower, end, side, forward, out, inward, bent, knee):
    """Three points (F, 3) of a limb that hangs from 0: raised forward and out, swivelled, its hinge bent."""
    sign = 1 if side == "left" else -1

    def place(stick):
        return turn(turn(turn(stick, "y", -forward), "x", sign * out), "z", -sign * inward)

    down = np.array([[0, 0, -1.0]])
    first = place(upper * down)
    folded = turn(down, "y", bent if knee else -bent)
    second = first + place(lower * folded)
    return first, second, second + (place(end * folded) if not knee else 0)


def stick(
    seconds=6.0, *, x=0.0, y=0.0, up=0.0, heading=0.0, pitch=0.0, roll=0.0, lean=0.0, planted=False,
    height=None, **limbs,
):  # fmt: skip
    """Joints (F, 24, 3) of a body whose lower foot stands on the floor, `up` metres above it.

    x, y: way of the pelvis, metres. heading: turned to the left. lean: of the trunk, ahead. pitch: of the
    whole body, forwards; roll: to its right. planted: the feet keep their place, and the pelvis moves.
    height: of the pelvis, where it is not the feet that carry.
    limbs: leg, knee, arm, elbow, spread (of the leg) and out (of the arm) to the side, inward (of the raised
    arm), of both sides or of one: left_leg, right_knee.
    Numbers or functions of the time t (F,), seconds.
    """
    t = np.arange(round(seconds * FPS)) / FPS

    def of(value):
        return np.broadcast_to(value(t) if callable(value) else value, t.shape).astype(float)

    def get(name, side):
        return of(limbs.get(f"{side}_{name}", limbs.get(name, 0)))

    p = {"pelvis": np.zeros((len(t), 3))}
    trunk = {name: np.array([[0, 0, z]]) for name, z in SPINE.items()}
    for sign, side in ((1, "left"), (-1, "right")):
        trunk |= {f"{side}_collar": np.array([[0, sign * 0.07, 0.45]])}
        trunk |= {f"{side}_shoulder": np.array([[0, sign * SHOULDER, 0.45]])}
    p |= {name: turn(place, "y", of(lean)) for name, place in trunk.items()}
    for sign, side in ((1, "left"), (-1, "right")):
        hip = np.broadcast_to([0, sign * HIP, -0.06], (len(t), 3))
        leg = [get(name, side) for name in ("leg", "spread", "swivel", "knee")]
        arm = [get(name, side) for name in ("arm", "out", "inward", "elbow")]
        leg, arm = limb(THIGH, SHANK, 0, side, *leg, True), limb(UPPER_ARM, FOREARM, HAND, side, *arm, False)
        p[f"{side}_hip"], p[f"{side}_knee"], p[f"{side}_ankle"] = hip, hip + leg[0], hip + leg[1]
        p[f"{side}_foot"] = p[f"{side}_ankle"] + [0.13, 0, 0.027 - ANKLE]
        for joint, place in zip(("elbow", "wrist", "hand"), arm):
            p[f"{side}_{joint}"] = p[f"{side}_shoulder"] + turn(place, "y", of(lean))
    joints = np.stack([np.broadcast_to(p[name], (len(t), 3)) for name in JOINT_NAMES], 1)
    joints = turn(turn(turn(joints, "x", of(roll)), "y", of(pitch)), "z", of(heading))

    ankles = joints[:, [JOINT_INDEX[f"{side}_ankle"] for side in ("left", "right")]]
    move = np.stack([of(x), of(y), of(up) - (ankles[..., 2].min(1) - ANKLE)], 1)
    if planted:
        move[:, :2] += ankles[0, :, :2].mean(0) - ankles[..., :2].mean(1)
    if height is not None:
        move[:, 2] = of(height)
    return joints + move[:, None]


def mirrored(joints):
    """Left and right swapped."""
    twin = [n.replace("left", "?").replace("right", "left").replace("?", "right") for n in JOINT_NAMES]
    return joints[:, [JOINT_INDEX[n] for n in twin]] * [1, -1, 1]


def ramp(*points):
    """A function of time through (second, value), in straight lines, constant before and after."""
    times, values = zip(*points)
    return lambda t: np.interp(t, times, values)


def swing(mean, amplitude, hertz, phase=0.0):
    """A function of time: a cosine."""
    return lambda t: mean + amplitude * np.cos(2 * np.pi * (hertz * t + phase))
