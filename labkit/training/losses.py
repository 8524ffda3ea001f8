"""Losses on the predicted clean motion, added to the loss of Ho et al. 2020, eq. 14.

The geometric losses of Tevet et al. 2023 (MDM), sec. 3, by forward kinematics, and two on the features
themselves. Every loss is (B,), a mean over the real frames of each sample.
Letters: B batch, F frames, D features of a frame, J = 24 joints.
"""

import roma
import torch
from torch import Tensor
from torch.nn import functional

from labkit.body import Body
from labkit.metrics.physical import FEET
from labkit.motion import LAYOUT, MOVES, N_ROTATIONS

POSITION, VELOCITY = 0.1, 0.02  # metres, metres per frame; about the standard deviations of real motion
STANDING = 0.01  # metres per frame; a slower foot counts as touching the ground
WAY = 0.5  # metres, and radians; about the standard deviation of where real motion ends
ROOT = slice(0, LAYOUT["rotations"].start)  # height, velocity, yaw velocity


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of values (B, F) where mask (B, F) is True → (B,); 0 for a sample without such a frame."""
    return (values * mask).sum(-1) / mask.sum(-1).clamp(min=1)  # (B,)


def root_loss(error: Tensor, mask: Tensor) -> Tensor:
    """Mean squared error of the root's features → (B,): 4 of 205, but they move the whole body.

    error: (B, F, D), z-scored. mask: (B, F) bool.
    """
    squares = error[..., ROOT].square().mean(-1)  # (B, F, 4), then (B, F)
    return masked_mean(squares, mask)  # (B,)


def trajectory_loss(predicted: Tensor, real: Tensor, mask: Tensor) -> Tensor:
    """Mean squared error of way and heading, the sums of the root's velocities → (B,), in units of WAY.

    A constant error of half a degree a frame is small, and makes a straight walk a curve. Karunratanakul et
    al. 2023 (GMD) emphasise the trajectory for the same reason, in the representation itself.
    predicted, real: x (B, F, D), not z-scored. mask: (B, F) bool. Ways are summed in the heading frame.
    """
    error = (predicted - real)[..., MOVES] * mask[..., None]  # (B, F, 3)
    squares = (error.cumsum(1) / WAY).square().mean(-1)  # (B, F, 3), then (B, F)
    return masked_mean(squares, mask)  # (B,)


def velocity_loss(error: Tensor, mask: Tensor) -> Tensor:
    """Mean squared difference of the error from frame to frame → (B,): penalises jitter.

    error: (B, F, D), z-scored. mask: (B, F) bool; a pair of frames counts where both are real.
    """
    squares = error.diff(dim=1).square().mean(-1)  # (B, F - 1, D), then (B, F - 1)
    return masked_mean(squares, mask[:, 1:] & mask[:, :-1])  # (B,)


def geometric_losses(
    predicted: Tensor, real: Tensor, mask: Tensor, body: Body
) -> tuple[Tensor, Tensor, Tensor]:
    """Losses of joint positions, of joint velocities and of foot contact → (B,) each, without unit.

    After Tevet et al. 2023 (MDM), eq. 3 to 5. predicted, real: x (B, F, D), not z-scored. mask: (B, F) bool.
    Errors of rotations add up along a limb, so a small error at the hip is a large one at the foot. Positions
    are in the heading frame, in units of POSITION; velocities are relative to the floor, in units of
    VELOCITY. The foot contact loss is the velocity loss of those feet that touch the ground in the real
    motion (MDM penalises the predicted speed of these feet itself).
    """
    joints, velocity = joint_motion(predicted, body)  # (B, F, J, 3), (B, F - 1, J, 3)
    real_joints, real_velocity = joint_motion(real, body)  # the same shapes
    pairs = mask[:, 1:] & mask[:, :-1]  # (B, F - 1)
    position = ((joints - real_joints) / POSITION).square().mean((-2, -1))  # (B, F)
    speed = ((velocity - real_velocity) / VELOCITY).square().mean(-1)  # (B, F - 1, J)
    standing = real_velocity[..., FEET, :].norm(dim=-1) < STANDING  # (B, F - 1, 4)
    contact = (speed[..., FEET] * standing).mean(-1)  # (B, F - 1, 4), then (B, F - 1)
    speed = speed.mean(-1)  # (B, F - 1), over joints
    return masked_mean(position, mask), masked_mean(speed, pairs), masked_mean(contact, pairs)  # (B,) each


def joint_motion(x: Tensor, body: Body) -> tuple[Tensor, Tensor]:
    """Joints by forward kinematics (B, F, J, 3), metres; velocities (B, F - 1, J, 3), metres per frame.

    x: (B, F, D), not z-scored. Joints are relative to the pelvis, velocities to the floor. Both are in the
    heading frame of frame f, the first of the two frames of a velocity.
    """
    columns = x[..., LAYOUT["rotations"]].unflatten(-1, (N_ROTATIONS, 2, 3)).mT  # (B, F, 22, 3, 2)
    local = roma.special_gramschmidt(columns)  # (B, F, 22, 3, 3)
    root = torch.zeros_like(x[..., :3])  # (B, F, 3)
    joints = body.forward_kinematics(local, root)  # (B, F, J, 3)
    yaw = x[:, :-1, LAYOUT["yaw_velocity"]]  # (B, F - 1, 1)
    move = x[:, :-1, LAYOUT["root_velocity"]]  # (B, F - 1, 2)
    lift = x[..., LAYOUT["root_height"]].diff(dim=1)  # (B, F - 1, 1)
    turn = roma.rotvec_to_rotmat(functional.pad(yaw, (2, 0)))  # (B, F - 1, 3, 3)
    step = torch.cat([move, lift], dim=-1)[..., None, :]  # (B, F - 1, 1, 3)
    return joints, joints[:, 1:] @ turn.mT + step - joints[:, :-1]  # (B, F, J, 3), (B, F - 1, J, 3)
