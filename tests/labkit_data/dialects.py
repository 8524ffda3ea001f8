"""One clip that nobody recorded, in the skeleton of any source: a body glides ahead with one arm bent."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from test_bvh import Joint, write_bvh
from test_retarget import NAMES, angle, source_of

from labkit.motion import JOINT_INDEX, UPRIGHT, Motion, heading
from labkit_data.formats.animation import Animation
from labkit_data.retarget import PARENTS, Table


def walker(frames: int = 41, fps: float = 20) -> Motion:
    """1 m/s straight on, turning left by 45° a second; the left forearm is bent forwards by 80°."""
    time = torch.arange(frames) / fps
    turn = torch.from_numpy(
        Rotation.from_rotvec([[0, 0, np.radians(45) * t] for t in time]).as_matrix()
    ).float()
    local = torch.eye(3).repeat(frames, 22, 1, 1)
    local[:, 0] = turn @ UPRIGHT
    bent = Rotation.from_euler("y", -80, degrees=True).as_matrix()
    local[:, NAMES.index("left_elbow")] = torch.from_numpy(bent).float()
    return Motion.from_rotations(local, torch.stack([0 * time, -time, 0 * time + 0.95], dim=-1))


def as_source(motion: Motion, body, table: Table, unit: float, fps: float = 20.0) -> Animation:
    """The motion in the joints and axes of a table; `unit`: units of the source in a metre.

    A joint that the table lacks has the axes of the one before it.
    """
    axes: dict[str, np.ndarray] = {}
    for name in NAMES:
        axes[name] = table[name][1] if name in table else axes[PARENTS[name]]
    animation = source_of(motion, body, axes, unit)
    names = [table[name][0] if name in table else f"no {name}" for name in NAMES]
    return replace(animation, names=names, fps=fps)


def _angles(rotations: np.ndarray, order: str) -> np.ndarray:
    """Euler angles (n, 3), degrees, of (n, 3, 3)."""
    with warnings.catch_warnings():  # of gimbal lock: any of the possible angles will do
        warnings.simplefilter("ignore")
        return Rotation.from_matrix(rotations).as_euler(order, degrees=True)


def as_bvh(path: Path, animation: Animation) -> None:
    """Write an animation as a BVH file; a table may name one source joint twice: the first is taken."""
    order = []  # depth first, as in a file

    def visit(j: int) -> None:
        order.append(j)
        for child, parent in enumerate(animation.parents):
            if parent == j:
                visit(child)

    visit(0)
    joints, values = [], [animation.root]
    for j in order:
        parent = animation.parents[j]
        channels = "Xposition Yposition Zposition " * (parent < 0) + "Yrotation Xrotation Zrotation"
        above = order.index(parent) if parent >= 0 else -1
        joints.append(Joint(animation.names[j], above, tuple(animation.offsets[j].tolist()), channels))
        values.append(_angles(animation.rotations[:, j], "YXZ"))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bvh(path, joints, np.concatenate(values, axis=1), animation.fps)


def as_amc(asf: Path, amc: Path, animation: Animation) -> None:
    """Write an animation in metres as ASF and AMC: a bone of no length a joint, and one that leads to it."""
    names, parents = ["root", *(name.replace(" ", "_") for name in animation.names[1:])], animation.parents
    bones, hierarchy = [], []
    for j, name in enumerate(names[1:], 1):
        place, parent = animation.offsets[j] / 0.0254, names[parents[j]]
        for bone, way, dof in ((f"{name}Dummy", place, ""), (name, 0 * place, "dof rx ry rz")):
            length = np.linalg.norm(way)
            direction = " ".join(f"{v:.9f}" for v in way / max(length, 1e-9))
            bones += ["begin", f"name {bone}", f"direction {direction}", f"length {length:.9f}"]
            bones += ["axis 0 0 0 XYZ", *filter(None, [dof]), "end"]
        hierarchy += [f"{parent} {name}Dummy", f"{name}Dummy {name}"]
    asf.write_text(
        "\n".join(
            [":units", "length 1", "angle deg", ":root", "order TX TY TZ RX RY RZ", "axis XYZ"]
            + ["position 0 0 0", "orientation 0 0 0", ":bonedata", *bones]
            + [":hierarchy", "begin", *hierarchy, "end", ""]
        )
    )
    lines = [":FULLY-SPECIFIED", ":DEGREES"]
    for f in range(len(animation.root)):
        angles = _angles(animation.rotations[f], "xyz")
        rows = [[*(animation.root[f] / 0.0254), *angles[0]], *angles[1:]]
        lines += [str(f + 1), *(" ".join([n, *(f"{v:.9f}" for v in r)]) for n, r in zip(names, rows))]
    amc.write_text("\n".join(lines) + "\n")


def check_walker(motion: Motion, body, lean: float = 1.0, sole: float = 3.0) -> None:
    """That a motion is `walker`, on the floor; torso and soles may lean by so many degrees more or less."""
    expected = walker(len(motion))
    ours, theirs = motion.rotations(), expected.rotations()
    torch.testing.assert_close(
        heading(ours[:, 0]) - heading(ours[:1, 0]), heading(theirs[:, 0]), atol=0.01, rtol=0
    )
    joints, right = body.joints(motion), body.joints(expected)

    def turned(start: str, end: str) -> float:
        """Greatest angle between what the two say of a bone, degrees."""
        a, b = JOINT_INDEX[start], JOINT_INDEX[end]
        return float(angle(*((j[:, b] - j[:, a]).numpy() for j in (joints, right))).max())

    for side in ("left", "right"):
        for start, end in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")):
            assert turned(f"{side}_{start}", f"{side}_{end}") < 0.2, (side, start)
        # the soles are level, and point ahead: the whole foot, not only its bone
        foot = ours[:, 0]
        for joint in ("hip", "knee", "ankle"):
            foot = foot @ ours[:, JOINT_INDEX[f"{side}_{joint}"]]
        assert angle(foot[:, :, 1].numpy(), np.array([0, 0, 1.0])).max() < sole
        assert angle(foot[:, :, 2].numpy(), theirs[:, 0, :, 2].numpy()).max() < sole
    assert turned("pelvis", "left_shoulder") < lean
    way, true = joints[-1, 0] - joints[0, 0], right[-1, 0] - right[0, 0]
    torch.testing.assert_close(way[:2], true[:2], atol=0.01, rtol=0)
    assert abs(body.vertices(motion[-1:])[..., 2].min()) < 0.02
