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
from labkit.motion import FPS, JOINT_NAMES, Motion, decode, smooth

HIP, KNEE, ANKLE, TOES = (
    [JOINT_NAMES.index(f"{side}_{part}") for side in ("left", "right")]
    for part in ("hip", "knee", "ankle", "foot")
)
SMOOTHING = 1.0  # frames, the standard deviation of a Gaussian
LOW, SLOW = 0.04, 1.3  # metres, metres per second: a foot below and slower than these stands
SHORTEST = 3  # frames of a contact
FARTHEST = 0.15  # metres that a foot is moved, at most
LYING = 0.4  # metres; with a lower pelvis the feet do not stand
DEPTH = 0.01  # metres below the floor that are left: soft soles
REACH = FPS // 4  # frames: how long before and after it a penetration raises the body


def clean_up(x: Tensor, body: Body) -> Motion:
    """x (F, D), a network's output, not z-scored → its motion on `body`, cleaned up.

    Smoothed over time, standing feet planted, raised where the mesh is below the floor z = 0.
    """
    return raise_body(plant_feet(decode(smooth(x, SMOOTHING)), body), body)


def plant_feet(motion: Motion, body: Body) -> Motion:
    """The motion with each foot held in one place while it stands, by turning hip, knee and ankle.

    The foot keeps its orientation and height. In between, the correction changes gradually.
    """
    rotations = motion.rotations()  # (F, 22, 3, 3)
    for side in range(2):
        joints = body.forward_kinematics(rotations, motion.pelvis)  # (F, 24, 3)
        stands = contacts(
            joints[:, TOES[side]], joints[:, 0, 2], float(body.rest_joints[TOES[side], 1] - body.sole)
        )  # (F,)
        move = corrections(joints[:, TOES[side], :2], stands)  # (F, 2)
        target = joints[:, ANKLE[side]] + functional.pad(move, (0, 1))  # (F, 3)
        rotations = move_ankle(rotations, motion.pelvis, body, side, target)
    return Motion.from_rotations(rotations, motion.pelvis)


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


def move_ankle(rotations: Tensor, pelvis: Tensor, body: Body, side: int, target: Tensor) -> Tensor:
    """Rotations (F, 22, 3, 3) with an ankle at `target` (F, 3), as near as the leg reaches.

    The knee bends in its own plane until the ankle is as far from the hip as the target, then the whole leg
    turns about the hip towards it. The foot keeps its orientation in the world.
    """
    world, joints = body.chain(rotations, pelvis)  # (F, 24, 3, 3), (F, 24, 3)
    hip, knee, ankle = (joints[:, part[side]] for part in (HIP, KNEE, ANKLE))  # (F, 3) each
    thigh, shin = hip - knee, ankle - knee  # (F, 3) each
    a, b = thigh.norm(dim=1), shin.norm(dim=1)  # (F,) each
    reach = (target - hip).norm(dim=1).clamp(min=(a - b).abs().max() + 0.01).minimum(0.9995 * (a + b))  # (F,)
    angle = torch.acos(((thigh * shin).sum(1) / (a * b)).clamp(-1, 1))  # (F,)
    wanted = torch.acos(((a**2 + b**2 - reach**2) / (2 * a * b)).clamp(-1, 1))  # (F,), law of cosines
    left = world[:, KNEE[side], :, 0]  # (F, 3); the knee of a straight leg bends about it
    cross, straight = (
        torch.linalg.cross(thigh, shin),
        torch.linalg.cross(thigh, torch.linalg.cross(thigh, left)),
    )
    bent = cross.norm(dim=1, keepdim=True) > 0.01 * (a * b)[:, None]  # (F, 1)
    axis = functional.normalize(torch.where(bent, cross, straight), dim=1)  # (F, 3)
    bend = roma.rotvec_to_rotmat((wanted - angle)[:, None] * axis)  # (F, 3, 3)
    reached = knee + (bend @ shin[..., None])[..., 0]  # (F, 3)
    swing = between(reached - hip, target - hip)  # (F, 3, 3)
    thigh_world = swing @ world[:, HIP[side]]  # (F, 3, 3)
    shin_world = swing @ bend @ world[:, KNEE[side]]  # (F, 3, 3)
    rotations = rotations.clone()
    rotations[:, HIP[side]] = world[:, 0].mT @ thigh_world
    rotations[:, KNEE[side]] = thigh_world.mT @ shin_world
    rotations[:, ANKLE[side]] = shin_world.mT @ world[:, ANKLE[side]]
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
