"""Clean-up of generated motion: less jitter, standing feet in one place, nothing below the floor.

Networks leave errors of a few centimetres, to which eyes are sensitive at feet and floor. Kovar, Schreiner &
Gleicher, "Footskate Cleanup for Motion Capture Editing", SCA 2002, is the model of what is done to feet: find
when a foot stands, choose a place for it, and move the leg there by inverse kinematics.
"""

from typing import Any

import numpy as np
import roma
import torch
from scipy.ndimage import binary_closing, binary_opening, label, maximum_filter1d
from torch import Tensor
from torch.nn import functional

from labkit.body import Body
from labkit.motion import FPS, JOINT_INDEX, Motion, decode, smooth

# Limbs: root, hinge and end joint, and the outermost joint, which the end joint carries.
LEGS, ARMS = (
    [tuple(JOINT_INDEX[f"{side}_{part}"] for part in parts) for side in ("left", "right")]
    for parts in (("hip", "knee", "ankle", "foot"), ("shoulder", "elbow", "wrist", "hand"))
)
SMOOTHING = 1.0  # frames, the standard deviation of a Gaussian
LOW, SLOW = 0.04, 1.3  # metres, metres per second: a foot below and slower than these stands
SHORTEST = 3  # frames of a contact
FARTHEST = 0.15  # metres that a foot or hand is moved, at most
LYING = 0.4  # metres; with a lower pelvis the feet do not stand
DEPTH = 0.01  # metres below the floor that are left: soft soles
REACH = FPS // 4  # frames: how long before and after it a penetration raises a limb or the body


def clean_up(x: Tensor, body: Body) -> Motion:
    """x (F, D), a network's output, not z-scored → its motion on `body`, cleaned up.

    Smoothed over time, standing feet planted, hands, feet and body raised out of the floor z = 0.
    """
    motion = decode(smooth(x, SMOOTHING))
    return raise_body(raise_limbs(plant_feet(stop_drift(motion, body), body), body), body)


def stop_drift(motion: Motion, body: Body) -> Motion:
    """The motion without the drift of a body on two standing feet: what the two move on average.

    Only while both stand for a second or more, so that no walk becomes shorter, and only what is slow.
    """
    joints = body.joints(motion)  # (F, 24, 3)
    together = np.logical_and(*(standing(joints, leg, body) for leg in LEGS))  # (F,)
    padded = np.pad(together, FPS, mode="edge")  # (F + 2 · FPS,)
    both: np.ndarray = binary_opening(padded, np.ones(FPS))[FPS:-FPS]  # (F,)
    feet = joints[:, [leg[3] for leg in LEGS], :2].mean(1)  # (F, 2)
    drift = feet.diff(dim=0) * torch.from_numpy(both[1:] & both[:-1])[:, None]  # (F - 1, 2)
    total = functional.pad(drift.cumsum(0), (0, 1, 1, 0))  # (F, 3)
    total = smooth(total, FPS / 4)  # (F, 3)
    return Motion(motion.global_orient, motion.body_pose, motion.pelvis - total + total[:1])


def plant_feet(motion: Motion, body: Body) -> Motion:
    """The motion with each foot held in one place while it stands, by turning hip, knee and ankle.

    The foot keeps its orientation and height. In between, the correction changes gradually.
    """
    rotations = motion.rotations()  # (F, 22, 3, 3)
    for leg in LEGS:
        _, _, ankle, toes = leg
        joints = body.forward_kinematics(rotations, motion.pelvis)  # (F, 24, 3)
        move = corrections(joints[:, toes, :2], standing(joints, leg, body))  # (F, 2)
        target = joints[:, ankle] + functional.pad(move, (0, 1))  # (F, 3)
        rotations = move_end(rotations, motion.pelvis, body, leg, target)
    return Motion.from_rotations(rotations, motion.pelvis)


def raise_limbs(motion: Motion, body: Body) -> Motion:
    """The motion with feet and hands that are below the floor raised, by at most FARTHEST."""
    rotations = motion.rotations()  # (F, 22, 3, 3)
    vertices, carriers = body.outer  # (n,), (n,)
    for limb in (*LEGS, *ARMS):
        own = vertices[torch.isin(carriers, torch.tensor(limb[2:]))]
        depth = -body.heights(rotations, motion.pelvis, own).amin(dim=1)  # (F,)
        if depth.max() > DEPTH:
            rise = envelope((depth - DEPTH).clamp(0, FARTHEST))  # (F,)
            end = body.forward_kinematics(rotations, motion.pelvis)[:, limb[2]]  # (F, 3)
            target = end + functional.pad(rise[:, None], (2, 0))  # (F, 3)
            rotations = move_end(rotations, motion.pelvis, body, limb, target)
    return Motion.from_rotations(rotations, motion.pelvis)


def standing(joints: Tensor, leg: tuple[int, int, int, int], body: Body) -> np.ndarray:
    """Whether the foot of a leg stands in each frame, (F,) bool. joints: (F, 24, 3), metres."""
    toes = leg[3]
    return contacts(joints[:, toes], joints[:, 0, 2], float(body.rest_joints[toes, 1] - body.sole))


def contacts(toes: Tensor, pelvis: Tensor, rest_height: float) -> np.ndarray:
    """Whether a foot stands in each frame, (F,) bool: toes (F, 3) low and slow, the pelvis (F,) not low."""
    step = toes[:, :2].diff(dim=0).norm(dim=1) * FPS  # (F - 1,)
    step = torch.cat([step[:1], step]) if len(step) else torch.zeros(1)  # (F,)
    low = toes[:, 2] < rest_height + LOW
    stands = (low & (step < SLOW) & (pelvis > LYING)).numpy()
    padded, window = np.pad(stands, SHORTEST, mode="edge"), np.ones(SHORTEST)
    return binary_opening(binary_closing(padded, window), window)[SHORTEST:-SHORTEST]


def corrections(toes: Tensor, stands: np.ndarray) -> Tensor:
    """How far to move a foot in each frame, (F, 2): in a contact to its mean place, between two linearly.

    toes: (F, 2), metres. stands: (F,) bool. At most FARTHEST.
    """
    regions: Any = label(stands)
    which, count = regions
    if count == 0:
        return torch.zeros_like(toes)
    there = toes.numpy().copy()
    for k in range(1, count + 1):
        there[which == k] = there[which == k].mean(0)
    frames = np.arange(len(toes))
    move = np.stack(
        [np.interp(frames, frames[stands], (there - toes.numpy())[stands, c]) for c in range(2)], axis=1
    )
    length = np.linalg.norm(move, axis=1, keepdims=True)
    return torch.from_numpy(move * np.minimum(1, FARTHEST / np.maximum(length, 1e-9))).to(toes)


def move_end(
    rotations: Tensor, pelvis: Tensor, body: Body, limb: tuple[int, int, int, int], target: Tensor
) -> Tensor:
    """Rotations (F, 22, 3, 3) with the end of a limb at `target` (F, 3), as near as the limb reaches.

    Knee or elbow bends in its own plane until the end is as far from the root as the target, then the whole
    limb turns towards it. Foot or hand keeps its orientation in the world.
    """
    root, hinge, end, _ = limb
    world, joints = body.chain(rotations, pelvis)  # (F, 24, 3, 3), (F, 24, 3)
    upper, lower = joints[:, root] - joints[:, hinge], joints[:, end] - joints[:, hinge]  # (F, 3) each
    a, b = upper.norm(dim=1), lower.norm(dim=1)  # (F,) each
    aim = target - joints[:, root]  # (F, 3)
    reach = aim.norm(dim=1).maximum((a - b).abs() + 0.01).minimum(0.9995 * (a + b))  # (F,)
    angle = torch.acos(((upper * lower).sum(1) / (a * b)).clamp(-1, 1))  # (F,)
    wanted = torch.acos(((a**2 + b**2 - reach**2) / (2 * a * b)).clamp(-1, 1))  # (F,), law of cosines
    left = world[:, hinge, :, 0]  # (F, 3); the knee of a straight leg bends about it
    cross, straight = (
        torch.linalg.cross(upper, lower),
        torch.linalg.cross(upper, torch.linalg.cross(upper, left)),
    )
    bent = cross.norm(dim=1, keepdim=True) > 0.01 * (a * b)[:, None]  # (F, 1)
    axis = functional.normalize(torch.where(bent, cross, straight), dim=1)  # (F, 3)
    bend = roma.rotvec_to_rotmat((wanted - angle)[:, None] * axis)  # (F, 3, 3)
    reached = (bend @ lower[..., None])[..., 0] - upper  # (F, 3), the end as seen from the root
    swing = between(reached, aim)  # (F, 3, 3)
    upper_world = swing @ world[:, root]  # (F, 3, 3)
    lower_world = swing @ bend @ world[:, hinge]  # (F, 3, 3)
    rotations = rotations.clone()
    rotations[:, root] = world[:, body.parents[root]].mT @ upper_world
    rotations[:, hinge] = upper_world.mT @ lower_world
    rotations[:, end] = lower_world.mT @ world[:, end]
    return rotations


def between(a: Tensor, b: Tensor) -> Tensor:
    """The smallest rotations that turn vectors a (F, 3) to the direction of b (F, 3) → (F, 3, 3)."""
    a, b = functional.normalize(a, dim=1), functional.normalize(b, dim=1)
    cross = torch.linalg.cross(a, b)  # (F, 3)
    sine = cross.norm(dim=1, keepdim=True)  # (F, 1)
    angle = torch.atan2(sine, (a * b).sum(1, keepdim=True))  # (F, 1)
    return roma.rotvec_to_rotmat(cross / sine.clamp(min=1e-9) * angle)  # (F, 3, 3)


def raise_body(motion: Motion, body: Body) -> Motion:
    """The motion raised smoothly where its mesh is more than DEPTH below the floor."""
    height = body.heights(motion.rotations(), motion.pelvis, body.outer[0]).amin(dim=1)  # (F,)
    rise = envelope((-DEPTH - height).clamp(min=0))  # (F,)
    return Motion(
        motion.global_orient, motion.body_pose, motion.pelvis + functional.pad(rise[:, None], (2, 0))
    )


def envelope(values: Tensor) -> Tensor:
    """A smooth curve (F,) that lies nowhere below `values`, and on them where they change slowly."""
    width = 2 * REACH + 1
    top = maximum_filter1d(values.numpy(), width, mode="nearest")
    window = np.hanning(width + 2)[1:-1]
    smoothed = np.convolve(np.pad(top, REACH, mode="edge"), window / window.sum(), mode="valid")
    return torch.from_numpy(smoothed).to(values)
