"""Retargeting by direct transfer of global rotations: each SMPL joint turns in the world as its source does.

    G_smpl = R_upright · G_source · Aᵀ

The columns of A are the local axes of the source joint written in the axes of SMPL's rest pose (+X left,
+Y up, +Z forward); R_upright rotates a Y-up world into our Z-up one. Where A takes the source's bone onto
SMPL's rest bone, both bones point the same way in every frame: G_smpl · b_smpl ∥ G_source · b_source.
"""

from dataclasses import replace

import numpy as np
import roma
import torch
from torch import Tensor

from labkit.motion import FPS, JOINT_INDEX, JOINT_NAMES, UPRIGHT, Motion
from labkit_data.formats.animation import Animation

# SMPL joint → the source joint that it follows, and A (3, 3).
Table = dict[str, tuple[str, np.ndarray]]

# Limbs from the body outwards; all but the last joint of each is turned onto SMPL's rest bone.
LIMBS = tuple(
    tuple(f"{side}_{joint}" for joint in limb)
    for side in ("left", "right")
    for limb in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
)
TORSO = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")

# SMPL's kinematic tree: parent of each of the 21 body joints, parents first.
_TREE = (0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
PARENTS = {JOINT_NAMES[j]: JOINT_NAMES[parent] for j, parent in enumerate(_TREE, 1)}


def both_sides(names: dict[str, str], left: str, right: str) -> dict[str, str]:
    """SMPL joint → source joint. A name with * stands for both sides, with `left` and `right` for the *.

    {"head": "Head", "knee": "*Leg"} → {"head": "Head", "left_knee": "LeftLeg", "right_knee": "RightLeg"}.
    """
    mapping = {joint: name for joint, name in names.items() if "*" not in name}
    for side, word in (("left", left), ("right", right)):
        mapping |= {f"{side}_{j}": name.replace("*", word) for j, name in names.items() if "*" in name}
    return mapping


def retarget(animation: Animation, table: Table, body, floor: float) -> Motion:
    """The animation of a Y-up source as SMPL motion of F frames, 20 a second.

    The mid-hip point goes where the source's is, times the ratio of leg lengths; then the body is raised by
    `floor` metres, one value for all clips of a source. Torso joints that the table leaves out share the turn
    between their neighbours in it evenly; other joints left out follow their parents.
    `body.rest_joints` is (24, 3), Y up.
    """
    animation = resample(animation, FPS)
    rotations, positions = animation.forward()
    column = {name: j for j, name in enumerate(animation.names)}
    upright = UPRIGHT.double()
    turned = {
        joint: upright @ torch.from_numpy(rotations[:, column[source]] @ axes.T)
        for joint, (source, axes) in table.items()
    }
    _fill_torso(turned)

    for joint, parent in PARENTS.items():
        if joint not in turned:
            turned[joint] = turned[parent]
    local = [turned["pelvis"]] + [turned[parent].mT @ turned[joint] for joint, parent in PARENTS.items()]

    hips = [column[table[f"{side}_hip"][0]] for side in ("left", "right")]
    mid_hip = torch.from_numpy(positions[:, hips].mean(axis=1)) * leg_ratio(animation, table, body)
    rest = _rest_joints(body)
    to_pelvis = torch.from_numpy(rest["pelvis"] - (rest["left_hip"] + rest["right_hip"]) / 2)
    pelvis = mid_hip @ upright.T + turned["pelvis"] @ to_pelvis
    pelvis[:, 2] += floor
    return Motion.from_rotations(torch.stack(local, dim=1).float(), pelvis.float())


def resample(animation: Animation, fps: float) -> Animation:
    """The same animation at `fps`: rotations turn evenly from frame to frame, positions move evenly."""
    last = len(animation.root) - 1
    ratio = animation.fps / fps
    times = np.arange(int(last / ratio + 1e-6) + 1) * ratio
    before = np.minimum(times.astype(int), last)
    after, t = np.minimum(before + 1, last), torch.from_numpy(times - before)[:, None]
    rotations = torch.from_numpy(animation.rotations)
    step = roma.rotmat_to_rotvec(rotations[before].mT @ rotations[after])
    rotations = rotations[before] @ roma.rotvec_to_rotmat(t[..., None] * step)
    root = animation.root[before] + t.numpy() * (animation.root[after] - animation.root[before])
    return replace(animation, rotations=rotations.numpy(), root=root, fps=fps)


def align_limbs(animation: Animation, table: Table, body) -> Table:
    """The table with thighs, shins, upper arms and forearms turned, as little as possible, onto SMPL's.

    Feet are only turned about the vertical, so that a flat sole stays flat.
    """
    table, rest = dict(table), _rest_joints(body)
    for limb in LIMBS:
        for joint, child in zip(limb, limb[1:]):
            source, axes = table[joint]
            bone = axes @ _rest_bone(animation, source, table[child][0])
            table[joint] = source, _minimal_rotation(bone, rest[child] - rest[joint]) @ axes
    _align_feet(animation, table, rest)
    return table


def zero_pose_table(animation: Animation, mapping: dict[str, str], body) -> Table:
    """A table for a skeleton whose zero pose is a T-pose with all joints' axes along the world's.

    mapping: SMPL joint → source joint. Limbs are turned as little as possible onto SMPL's rest bones, each
    joint after its parent; feet only about the vertical; wrists as the elbows. Torso and head are taken as
    they are.
    """
    table, rest = {joint: (source, np.eye(3)) for joint, source in mapping.items()}, _rest_joints(body)
    for limb in LIMBS:
        axes = np.eye(3)
        for joint, child in zip(limb, limb[1:]):
            bone = axes @ _rest_bone(animation, mapping[joint], mapping[child])
            axes = _minimal_rotation(bone, rest[child] - rest[joint]) @ axes
            table[joint] = mapping[joint], axes
        if limb[-1].endswith("wrist"):
            table[limb[-1]] = mapping[limb[-1]], axes
    _align_feet(animation, table, rest)
    return table


def rest_table(rest: Animation, mapping: dict[str, str]) -> Table:
    """A table for a skeleton whose first frame is a T-pose that faces +Z: its axes as they are there.

    mapping: SMPL joint → source joint.
    """
    rotations, _ = rest.forward()
    return {joint: (source, rotations[0, rest.names.index(source)]) for joint, source in mapping.items()}


def leg_ratio(animation: Animation, table: Table, body) -> float:
    """Length of the body's legs (both, hip to ankle) over the source's."""
    rest, ours, theirs = _rest_joints(body), 0.0, 0.0
    for limb in LIMBS:
        if limb[0].endswith("hip"):
            for joint, child in zip(limb, limb[1:]):
                ours += np.linalg.norm(rest[child] - rest[joint])
                theirs += np.linalg.norm(_rest_bone(animation, table[joint][0], table[child][0]))
    return float(ours / theirs)


def ankle_height(body) -> float:
    """Height of the ankles over the soles of the body at rest, metres."""
    ankles = [JOINT_INDEX[f"{side}_ankle"] for side in ("left", "right")]
    return float(body.rest_joints[ankles, 1].mean()) - body.sole


def _rest_joints(body) -> dict[str, np.ndarray]:
    return dict(zip(JOINT_NAMES, body.rest_joints.double().cpu().numpy()))


def _rest_bone(animation: Animation, start: str, end: str) -> np.ndarray:
    """From joint `start` to its descendant `end` at rest, in the frame of `start`, (3,)."""
    first, j, bone = animation.names.index(start), animation.names.index(end), np.zeros(3)
    while j != first:
        bone, j = bone + animation.offsets[j], animation.parents[j]
    return bone


def _minimal_rotation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The smallest rotation that turns direction a into direction b, (3, 3). They must not be opposite."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    v = np.cross(a, b)
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + cross + cross @ cross / (1 + a @ b)


def _align_feet(animation: Animation, table: Table, rest: dict[str, np.ndarray]) -> None:
    """Turn the feet of the table, ankle and toes as one, about the vertical onto SMPL's."""
    level = np.array([1.0, 0.0, 1.0])
    for side in ("left", "right"):
        (source, axes), (toes, toes_axes) = table[f"{side}_ankle"], table[f"{side}_foot"]
        bone = axes @ _rest_bone(animation, source, toes)
        turn = _minimal_rotation(bone * level, (rest[f"{side}_foot"] - rest[f"{side}_ankle"]) * level)
        table[f"{side}_ankle"], table[f"{side}_foot"] = (source, turn @ axes), (toes, turn @ toes_axes)


def _fill_torso(turned: dict[str, Tensor]) -> None:
    """Give torso joints that have no source an even share of the turn between their neighbours that do."""
    known = [k for k, joint in enumerate(TORSO) if joint in turned]
    for low, high in zip(known, known[1:]):
        start, end = turned[TORSO[low]], turned[TORSO[high]]
        step = roma.rotmat_to_rotvec(start.mT @ end) / (high - low)
        for k in range(low + 1, high):
            turned[TORSO[k]] = start @ roma.rotvec_to_rotmat((k - low) * step)
