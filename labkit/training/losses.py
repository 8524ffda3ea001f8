"""Losses on the predicted clean motion, added to the loss of Ho et al. 2020, eq. 14.

The geometric losses of Tevet et al. 2023 (MDM), sec. 3, by forward kinematics, and two on the features
themselves. Every loss is (B,), a mean over the real frames of each sample.
Letters: B batch, F frames, D features of a frame, J joints.
"""

import roma
import torch
from torch import Tensor
from torch.nn import functional

from labkit.body import Body
from labkit.metrics.physical import FEET
from labkit.motion import LAYOUT, N_ROTATIONS

POSITION, VELOCITY = 0.1, 0.02  # metres, metres a frame: units about as large as real motion's deviations
STANDING = 0.01  # metres a frame: a foot slower than that touches the ground
ROOT = slice(0, LAYOUT["rotations"].start)  # height, velocity, yaw velocity


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of values (B, F) where mask (B, F) is True → (B,); 0 for a sample without such a frame."""
    return (values * mask).sum(-1) / mask.sum(-1).clamp(min=1)


def root_loss(error: Tensor, mask: Tensor) -> Tensor:
    """Squared error (B, F, D) of the root alone: 4 of 205 numbers, but they move the whole body."""
    return masked_mean(error[..., ROOT].square().mean(-1), mask)


def velocity_loss(error: Tensor, mask: Tensor) -> Tensor:
    """Squared differences of the error (B, F, D) from frame to frame: penalises jitter."""
    return masked_mean(error.diff(dim=1).square().mean(-1), mask[:, 1:] & mask[:, :-1])


def geometric_losses(
    predicted: Tensor, real: Tensor, mask: Tensor, body: Body
) -> tuple[Tensor, Tensor, Tensor]:
    """Joint positions, joint velocities, and foot contact of predicted and real x (B, F, D), not z-scored.

    Errors of rotations add up along a limb, so a small error at the hip is a large one at the foot. Positions
    are in the heading frame, in units of POSITION; velocities are over the floor, in units of VELOCITY. The
    foot contact loss is the velocity loss of those feet that touch the ground in the real motion. (MDM
    penalises the predicted speed of these feet itself.)
    """
    (joints, velocity), (real_joints, real_velocity) = joint_motion(predicted, body), joint_motion(real, body)
    pairs = mask[:, 1:] & mask[:, :-1]  # (B, F - 1)
    position = ((joints - real_joints) / POSITION).square().mean((-2, -1))  # (B, F)
    speed = ((velocity - real_velocity) / VELOCITY).square().mean(-1)  # (B, F - 1, J)
    standing = real_velocity[..., FEET, :].norm(dim=-1) < STANDING  # (B, F - 1, 4)
    contact = (speed[..., FEET] * standing).mean(-1)  # (B, F - 1)
    return masked_mean(position, mask), masked_mean(speed.mean(-1), pairs), masked_mean(contact, pairs)


def joint_motion(x: Tensor, body: Body) -> tuple[Tensor, Tensor]:
    """Joints by forward kinematics (B, F, J, 3) and their velocities over the floor (B, F - 1, J, 3).

    Both in the heading frame of their frame: metres, metres a frame.
    """
    columns = x[..., LAYOUT["rotations"]].unflatten(-1, (N_ROTATIONS, 2, 3)).mT  # (B, F, 22, 3, 2)
    root = torch.zeros_like(x[..., :3])
    joints = body.forward_kinematics(roma.special_gramschmidt(columns), root)  # (B, F, J, 3)
    yaw, move = x[:, :-1, LAYOUT["yaw_velocity"]], x[:, :-1, LAYOUT["root_velocity"]]
    lift = x[..., LAYOUT["root_height"]].diff(dim=1)
    turn = roma.rotvec_to_rotmat(functional.pad(yaw, (2, 0)))  # (B, F - 1, 3, 3)
    step = torch.cat([move, lift], dim=-1)[..., None, :]  # (B, F - 1, 1, 3)
    return joints, joints[:, 1:] @ turn.mT + step - joints[:, :-1]
