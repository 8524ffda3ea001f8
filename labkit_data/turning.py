"""Other turns than in a recording: of a walk, and on the spot of a person who stands still in it.

Letters: F frames.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from labkit.body import Body
from labkit.cleanup import LEGS, move_end
from labkit.motion import JOINT_INDEX, Motion

FEET = [JOINT_INDEX[f"{side}_foot"] for side in ("left", "right")]
CARRIES = 0.02  # metres; a foot that is this much higher than the other carries a third as much
STEP = math.radians(60)  # greatest turn of a foot in one step
LIFT = 0.07  # metres, of a foot in the middle of its step


def bend(motion: Motion, joints: Tensor, turn: Tensor) -> Motion:
    """The motion turned by `turn` (F,), radians to the left at each frame, about the foot that carries it.

    Each step of the turn rotates the whole body about the lower foot, which stays where it is, so that the
    path bends. joints: (F, 24, 3), metres, of the motion. Poses and heights do not change.
    """
    height = joints[:, FEET, 2]  # (F, 2)
    weight = (-height / CARRIES).softmax(dim=1)[..., None]  # (F, 2, 1)
    pivot = (weight * joints[:, FEET, :2]).sum(1)  # (F, 2)
    about = about_vertical(turn)[:, :2, :2]  # (F, 2, 2)
    # The map of frame f is p → about[f] p + shift[f]. Those of f and f + 1 agree at the pivot of frame f.
    steps = (about[:-1] - about[1:]) @ pivot[:-1, :, None]  # (F - 1, 2, 1)
    shift = torch.cat([torch.zeros(1, 2), steps[..., 0].cumsum(0)])  # (F, 2)
    pelvis = motion.pelvis.clone()
    pelvis[:, :2] = (about @ motion.pelvis[:, :2, None])[..., 0] + shift
    rotations = motion.rotations()
    rotations[:, 0] = about_vertical(turn) @ rotations[:, 0]
    return Motion.from_rotations(rotations, pelvis)


def smoothstep(share: Tensor) -> Tensor:
    """0 to 1 for shares 0 to 1 (F,), with no speed at both ends; constant outside."""
    share = share.clamp(0, 1)
    return share.square() * (3 - 2 * share)


def turn_in_place(motion: Motion, body: Body, angle: float, start: int, end: int) -> Motion:
    """The motion of a standing person, who turns by `angle` on the spot from frame `start` to `end`.

    angle: radians, positive to the left. The body turns smoothly about the middle of its feet. The feet
    follow in turn, the one on the inner side first, and each stays where it is while the other steps.
    """
    rotations, joints = motion.rotations(), body.joints(motion)  # (F, 22, 3, 3), (F, 24, 3)
    ankles = [ankle for _, _, ankle, _ in LEGS]
    center = functional.pad(joints[:, ankles, :2].mean((0, 1)), (0, 1))  # (3,)
    time = (torch.arange(len(motion)) - start) / (end - start)  # (F,)
    turn = angle * smoothstep(time)  # (F,)
    rotations[:, 0] = about_vertical(turn) @ rotations[:, 0]
    pelvis = around(motion.pelvis, turn, center)  # (F, 3)
    first = 0 if angle > 0 else 1
    for side, (root, hinge, ankle, toes) in enumerate(LEGS):
        foot, lift = steps(time, angle, late=side != first)  # (F,), (F,)
        target = around(joints[:, ankle], foot, center)  # (F, 3)
        target[:, 2] += lift
        world, _ = body.chain(rotations, pelvis)  # (F, 24, 3, 3)
        twisted = about_vertical(foot - turn) @ world[:, root]  # (F, 3, 3), knee and foot point the same way
        rotations[:, root] = world[:, body.parents[root]].mT @ twisted
        rotations = move_end(rotations, pelvis, body, (root, hinge, ankle, toes), target)
    return Motion.from_rotations(rotations, pelvis)


def steps(time: Tensor, angle: float, late: bool) -> tuple[Tensor, Tensor]:
    """The direction of a foot, radians, and its height above where it stands, metres → (F,) each.

    time: (F,), 0 to 1 during the turn. The feet step alternately; late: whether this one is the second.
    """
    count = math.ceil(abs(angle) / STEP)
    foot, lift = torch.zeros_like(time), torch.zeros_like(time)
    for k in range(count):
        share = (time * 2 * count - 2 * k - int(late)).clamp(0, 1)  # (F,), of this step
        foot = foot + angle / count * smoothstep(share)
        lift = lift + LIFT * (math.pi * share).sin()
    return foot, lift


def around(points: Tensor, angle: Tensor, center: Tensor) -> Tensor:
    """Points (F, 3) turned by angles (F,), radians, about the vertical axis through `center` (3,)."""
    return (about_vertical(angle) @ (points - center)[..., None])[..., 0] + center


def about_vertical(angle: Tensor) -> Tensor:
    """Rotations about the vertical axis by angles (N,), radians → (N, 3, 3)."""
    c, s, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    rows = [torch.stack(row, dim=-1) for row in ((c, -s, zero), (s, c, zero), (zero, zero, zero + 1))]
    return torch.stack(rows, dim=-2)
