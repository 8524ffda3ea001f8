"""The motion representation: x ∈ R^{F×D}, one row per frame (Petrovich et al. 2024, "STMC", sec. 3.2).

A row is x = [r_z, ṙ_x, ṙ_y, α̇, θ, j]:

    r_z       1    height of the pelvis, metres
    ṙ         2    planar velocity of the pelvis in the heading frame, metres per frame
    α̇         1    change of heading, radians per frame
    θ       22·6   rotations of 22 joints as 6D (Zhou et al. 2019), the heading removed from the root
    j       23·3   positions of the 23 other joints relative to the pelvis, in the heading frame, metres

Heading frame: +x to the body's left, −y forward, z up. Row f holds the change from frame f to f + 1. The last
frame has no successor and repeats the change before it. Neither the start position on the floor nor the start
heading is stored: decoded motion starts at the origin with heading 0.

θ and j are redundant for a body with fixed bones: `decode` uses θ, `decode_joints` uses j.

Letters: F frames, D features, J joints; ``...`` stands for any batch dimensions.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import roma
import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from labkit.settings import standard_settings
from labkit.stubs import stub

FPS = 20
N_ROTATIONS = 22  # root and body; SMPL's two hand joints stay at rest
N_JOINTS = 24  # SMPL's kinematic tree

# The one place that defines the layout: name, width.
_WIDTHS = {
    "root_height": 1,
    "root_velocity": 2,
    "yaw_velocity": 1,
    "rotations": N_ROTATIONS * 6,
    "joints": (N_JOINTS - 1) * 3,
}
_ends = np.cumsum(list(_WIDTHS.values())).tolist()
LAYOUT = {name: slice(end - width, end) for (name, width), end in zip(_WIDTHS.items(), _ends)}
D = _ends[-1]
MOVES = slice(LAYOUT["root_velocity"].start, LAYOUT["yaw_velocity"].stop)  # what is summed over time

JOINT_NAMES = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hand", "right_hand",
)  # fmt: skip
JOINT_INDEX = {name: j for j, name in enumerate(JOINT_NAMES)}
_MIRROR = [
    JOINT_INDEX[n.replace("left", "?").replace("right", "left").replace("?", "right")] for n in JOINT_NAMES
]


@stub("code2")
def split_motion(x: Tensor) -> tuple[int, int, dict[str, Tensor]]:
    """Split a motion x (F, D) → F frames, D features (ints, read from x), and a dict of its parts.

    Keys and shapes: root_height (F, 1), root_velocity (F, 2), yaw_velocity (F, 1), rotations (F, 22, 6),
    joints (F, 23, 3). Parts have the values, units, dtype and device of x; `labkit.motion` lists the units.
    Layout: Petrovich et al. 2024 ("STMC"), sec. 3.2. `LAYOUT` maps each key to its slice of columns; the
    numbers of one joint are adjacent. F ≥ 1. Do not change x; the parts may be views of it.
    """
    # TODO (Code 2): here, or in notebooks/01_dataset.ipynb
    raise NotImplementedError


def join(parts: dict[str, Tensor]) -> Tensor:
    """The inverse of `split_motion`: parts by name, (F, ...) each → x (F, D), in the order of `LAYOUT`."""
    return torch.cat([parts[name].flatten(1) for name in LAYOUT], dim=-1)  # (F, D)


# SMPL's rest pose is Y up; this rotation about X stands it up in the Z-up world, facing -Y (heading 0).
UPRIGHT = torch.tensor(  # explicit dtype and device: a session may have changed torch's defaults
    [[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]], dtype=torch.float32, device="cpu"
)


def _tensor(value: Any) -> Tensor:
    """An array as a tensor. A tensor stays on its device; `torch.as_tensor` would move it to the default."""
    return value if isinstance(value, Tensor) else torch.as_tensor(value)


@dataclass(frozen=True)
class Motion:
    """SMPL parameters of a motion (or a batch), Z up, metres, ``FPS`` frames per second.

    Arrays are converted to tensors.

    global_orient: (..., F, 3) axis-angle of the root, radians.
    body_pose: (..., F, 63) axis-angle of joints 1 to 21 relative to their parents, radians.
    pelvis: (..., F, 3) world position of the pelvis joint, metres.
    """

    global_orient: Tensor
    body_pose: Tensor
    pelvis: Tensor

    def __post_init__(self):
        for name, value in vars(self).items():
            object.__setattr__(self, name, _tensor(value))  # the way to set fields of a frozen class

    def __len__(self) -> int:
        return self.pelvis.shape[-2]

    def __getitem__(self, frames: slice) -> "Motion":
        """The motion restricted to a slice of its frames."""
        return Motion(*(v[..., frames, :] for v in (self.global_orient, self.body_pose, self.pelvis)))

    def rotations(self) -> Tensor:
        """Rotation matrices of the 22 joints relative to their parents, (..., F, 22, 3, 3)."""
        pose = torch.cat([self.global_orient, self.body_pose], dim=-1)  # (..., F, 66)
        return roma.rotvec_to_rotmat(pose.unflatten(-1, (N_ROTATIONS, 3)))  # (..., F, 22, 3, 3)

    @staticmethod
    def from_rotations(rotations: Tensor, pelvis: Tensor) -> "Motion":
        """The inverse of :meth:`rotations`: matrices (..., F, 22, 3, 3), pelvis (..., F, 3) → motion."""
        pose = roma.rotmat_to_rotvec(rotations).flatten(-2)  # (..., F, 22, 3), then (..., F, 66)
        return Motion(pose[..., :3], pose[..., 3:], pelvis)


def heading(root: Tensor) -> Tensor:
    """Heading α (..., F), radians, of root rotation matrices (..., F, 3, 3) in the Z-up world.

    The heading is the twist about the vertical in the rotation from the upright rest pose. Unlike ZYX Euler
    yaw it is defined for a body lying on any side; only upside down, where 1 + cos(tilt) is zero, it is not.
    Beyond 120° of tilt (cartwheels, handstands) it is interpolated between the frames around it, since there
    it would change too fast. Where some frame is below 120°, headings are unwrapped over time: they do not
    jump by 2π. Not differentiable.
    """
    turn = root @ UPRIGHT.to(root).T  # (..., F, 3, 3)
    angle = torch.atan2(turn[..., 1, 0] - turn[..., 0, 1], turn[..., 0, 0] + turn[..., 1, 1])  # (..., F)
    certain = turn[..., 2, 2] > -0.5  # (..., F), cos(tilt) > cos(120°)
    frames = np.arange(angle.shape[-1])
    rows = angle.detach().double().cpu().reshape(-1, len(frames)).numpy().copy()  # (batch, F)
    for row, ok in zip(rows, certain.cpu().reshape(-1, len(frames)).numpy()):
        if ok.any():
            row[:] = np.interp(frames, frames[ok], np.unwrap(row[ok]))
    return torch.from_numpy(rows).reshape(angle.shape).to(angle)  # (..., F)


def _about_z(angle: Tensor) -> Tensor:
    """Rotation matrices about the vertical: angles (...), radians → (..., 3, 3)."""
    c, s, o = angle.cos(), angle.sin(), torch.zeros_like(angle)
    return torch.stack([c, -s, o, s, c, o, o, o, o + 1], dim=-1).unflatten(-1, (3, 3))  # (..., 3, 3)


def encode(motion: Motion, joints: Tensor) -> Tensor:
    """A motion and its world joints (..., F, 24, 3), metres, from ``Body.joints`` → x (..., F, D)."""
    rotations, joints = motion.rotations(), _tensor(joints)  # (..., F, 22, 3, 3), (..., F, 24, 3)
    alpha = heading(rotations[..., 0, :, :])  # (..., F)
    to_body = _about_z(-alpha)  # (..., F, 3, 3)

    def step(values: Tensor) -> Tensor:
        """Differences along the frames, (..., F, C) → (..., F, C); the last repeats the one before.

        Zero for a single frame.
        """
        if values.shape[-2] == 1:
            return torch.zeros_like(values)
        d = values[..., 1:, :] - values[..., :-1, :]  # (..., F - 1, C)
        return torch.cat([d, d[..., -1:, :]], dim=-2)  # (..., F, C)

    # The last step is repeated in the heading frame, so rotate first, then repeat.
    velocity = step(motion.pelvis)  # (..., F, 3)
    turned = to_body[..., :-1, :, :] @ velocity[..., :-1, :, None]  # (..., F - 1, 3, 1)
    velocity[..., :-1, :] = turned.squeeze(-1)  # (..., F - 1, 3)
    if len(motion) > 1:
        velocity[..., -1, :] = velocity[..., -2, :]
    yaw_velocity = step(alpha[..., None])  # (..., F, 1)
    yaw_velocity = torch.atan2(yaw_velocity.sin(), yaw_velocity.cos())  # (..., F, 1), in −π to π

    local = rotations.clone()  # (..., F, 22, 3, 3)
    local[..., 0, :, :] = to_body @ rotations[..., 0, :, :]  # (..., F, 3, 3)
    relative = (joints[..., 1:, :] - joints[..., :1, :]) @ to_body.mT  # (..., F, 23, 3)
    return torch.cat(
        [
            motion.pelvis[..., 2:],  # (..., F, 1)
            velocity[..., :2],  # (..., F, 2)
            yaw_velocity,  # (..., F, 1)
            local[..., :2].mT.flatten(-3),  # (..., F, 132): the first two columns, one after the other
            relative.flatten(-2),  # (..., F, 69)
        ],
        dim=-1,
    )  # (..., F, D)


def _integrate(x: Tensor) -> tuple[Tensor, Tensor]:
    """Heading (..., F) and pelvis position (..., F, 3) of x: velocities summed from 0, height as stored."""

    def from_zero(steps: Tensor) -> Tensor:
        """The sum of the steps before each frame, (..., F, C) → (..., F, C)."""
        return torch.nn.functional.pad(steps[..., :-1, :], (0, 0, 1, 0)).cumsum(-2)  # (..., F, C)

    alpha = from_zero(x[..., LAYOUT["yaw_velocity"]]).squeeze(-1)  # (..., F, 1), then (..., F)
    velocity = torch.nn.functional.pad(x[..., LAYOUT["root_velocity"]], (0, 1))  # (..., F, 3)
    planar = from_zero((_about_z(alpha) @ velocity[..., None]).squeeze(-1))  # (..., F, 3)
    return alpha, torch.cat([planar[..., :2], x[..., LAYOUT["root_height"]]], dim=-1)  # (..., F), (..., F, 3)


def decode(x: Tensor) -> Motion:
    """x (..., F, D), not z-scored → its motion, from velocities and rotations. Differentiable.

    6D rotations become matrices by Gram–Schmidt (Zhou et al. 2019, sec. 4). The joint positions in x are
    ignored: `decode_joints` uses them.
    """
    x = _tensor(x)
    alpha, pelvis = _integrate(x)  # (..., F), (..., F, 3)
    columns = x[..., LAYOUT["rotations"]].unflatten(-1, (N_ROTATIONS, 2, 3)).mT  # (..., F, 22, 3, 2)
    rotations = roma.special_gramschmidt(columns)  # (..., F, 22, 3, 3)
    root = _about_z(alpha) @ rotations[..., 0, :, :]  # (..., F, 3, 3)
    rotations = torch.cat([root[..., None, :, :], rotations[..., 1:, :, :]], dim=-3)  # (..., F, 22, 3, 3)
    return Motion.from_rotations(rotations, pelvis)


def decode_joints(x: Tensor) -> Tensor:
    """World joint positions (..., F, 24, 3), metres, from velocities and joint positions of x (..., F, D).

    x is not z-scored. Needs no body. The rotations in x are ignored: `decode` uses them.
    """
    x = _tensor(x)
    alpha, pelvis = _integrate(x)  # (..., F), (..., F, 3)
    relative = x[..., LAYOUT["joints"]].unflatten(-1, (N_JOINTS - 1, 3))  # (..., F, 23, 3)
    relative = torch.nn.functional.pad(relative, (0, 0, 1, 0))  # (..., F, 24, 3), with the pelvis itself
    return relative @ _about_z(alpha).mT + pelvis[..., None, :]  # (..., F, 24, 3)


def smooth(x: Tensor, frames: float) -> Tensor:
    """x (..., F, D) smoothed over time by a Gaussian of standard deviation `frames` → the same shape.

    frames: 0 changes nothing. It removes jitter from generated motion, and some of its fast movements with
    it. Not differentiable.
    """
    if frames == 0:
        return x
    values = gaussian_filter1d(x.detach().cpu().numpy(), frames, axis=-2, mode="nearest")
    return torch.from_numpy(values).to(x)  # (..., F, D)


@standard_settings()
def _mirror_layout() -> tuple[Tensor, Tensor]:
    """Index and sign of every feature, (D,) each, under reflection of the world's x and the body's x."""
    index, sign = torch.arange(D), torch.ones(D)
    sign[LAYOUT["root_velocity"]] = torch.tensor([-1.0, 1.0])
    sign[LAYOUT["yaw_velocity"]] = -1.0
    # M R M with M = diag(-1, 1, 1) flips the entries that have exactly one index x: the first column keeps
    # its x entry, the second column flips its x entry.
    column_signs = torch.tensor([1.0, -1.0, -1.0, -1.0, 1.0, 1.0])
    sign[LAYOUT["rotations"]] = column_signs.repeat(N_ROTATIONS)
    sign[LAYOUT["joints"]] = torch.tensor([-1.0, 1.0, 1.0]).repeat(N_JOINTS - 1)
    twins = torch.tensor(_MIRROR)
    for name, first, width in (("rotations", twins[:N_ROTATIONS], 6), ("joints", twins[1:] - 1, 3)):
        columns = index[LAYOUT[name]].unflatten(0, (-1, width))
        index[LAYOUT[name]] = columns[first].flatten()
    return index, sign


_MIRROR_INDEX, _MIRROR_SIGN = _mirror_layout()


def mirror(x: Tensor) -> Tensor:
    """x (..., D), not z-scored, of the mirror image: left and right exchanged.

    An exact permutation of the features, some with the opposite sign.
    """
    x = _tensor(x)
    return x[..., _MIRROR_INDEX.to(x.device)] * _MIRROR_SIGN.to(x)
