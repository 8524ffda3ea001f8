"""Motions and their body → the player's data: JSON facts and one buffer of arrays."""

from collections.abc import Sequence

import numpy as np
import roma
import torch

from labkit.body import Body
from labkit.motion import FPS, JOINT_NAMES, N_ROTATIONS, Motion, heading
from labkit.render.video import BODY_COLOR, outward, require_finite

CORRECTIVES = 64_000  # entries of SMPL's posedirs that are stored: on the open body all above a quarter mm
ANGLE = 1e-4  # radians; the unit of the rotations: π is 31 416 of them, which an int16 holds


class Buffer:
    """Concatenated arrays, and `facts` with which widget/src/body.js unpacks them.

    Neighbours in a mesh or in time are similar, so their differences compress well.
    """

    def __init__(self):
        self.facts: dict[str, dict] = {}
        self.data = bytearray()

    def add(self, name: str, array: np.ndarray, differences: bool = False) -> None:
        """Append `array` (N,) or (N, C); `differences`: of each entry to the one before, by column.

        Differences of integers wrap around, and so do their sums in JavaScript: nothing is lost.
        """
        fact = {"dtype": array.dtype.name, "offset": len(self.data), "length": array.size}
        if differences:
            array = array.reshape(len(array), -1)
            fact["columns"] = array.shape[1]
            array = np.diff(array, axis=0, prepend=array.dtype.type(0)).T
        self.facts[name] = fact
        self.data += array.astype(array.dtype.newbyteorder("<")).tobytes()
        self.data += bytes(-len(self.data) % 4)


def pack(
    motions: Sequence[Motion], captions: Sequence[str], body: Body, steps: Sequence[str] = ()
) -> tuple[dict, bytes]:
    """The scene for widget/src/body.js: JSON facts, and the arrays that they describe.

    motions: one per body; (F, ...) or, with `steps`, (S, F, ...): S versions of the same motion for a second
    slider, named by `steps`. captions: one per motion.
    Raises LabError where a motion is not finite.
    """
    buffer = Buffer()
    facts = {
        "fps": FPS,
        "joint_names": JOINT_NAMES,
        "rotations": N_ROTATIONS,
        "angle": ANGLE,
        "steps": list(steps),
        "body": _pack_body(body, buffer),
        "tracks": [_pack_motion(k, *pair, buffer) for k, pair in enumerate(zip(motions, captions))],
        "arrays": buffer.facts,
    }
    return facts, bytes(buffer.data)


def _pack_motion(k: int, motion: Motion, caption: str, buffer: Buffer) -> dict:
    require_finite(motion)
    rotations = motion.rotations().cpu()
    pelvis = motion.pelvis.cpu().float()
    pose = (roma.rotmat_to_rotvec(rotations) / ANGLE).round().to(torch.int16)
    buffer.add(f"pose{k}", pose.reshape(-1, 3 * N_ROTATIONS).numpy(), differences=True)
    buffer.add(f"pelvis{k}", pelvis.numpy())
    last = rotations[-1] if rotations.ndim == 5 else rotations
    return {"caption": caption, "frames": len(motion), "heading": float(heading(last[:1, 0])[0])}


def _pack_body(body: Body, buffer: Buffer) -> dict:
    model = body._smpl
    rest = model.v_template.detach().cpu().numpy()
    low, step = rest.min(0), float(np.ptp(rest, axis=0).max()) / 16_383  # a tenth of a millimetre
    buffer.add("rest", ((rest - low) / step).round().astype(np.uint16), differences=True)
    faces = outward(body.faces, rest)
    faces = faces[np.lexsort(faces.T[::-1])].astype(np.uint16 if len(rest) <= 65_536 else np.uint32)
    buffer.add("faces", faces, differences=True)
    colors = np.array(BODY_COLOR) if body.colors is None else body.colors
    buffer.add("colors", np.broadcast_to(colors, rest.shape).astype(np.uint8))

    weights = model.lbs_weights.detach().cpu().numpy()
    influences = int((weights > 0).sum(1).max())
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :influences]
    weights = np.take_along_axis(weights, joints, 1)
    buffer.add("joints", np.where(weights > 0, joints, 0).astype(np.uint8))
    buffer.add("weights", (weights * 255).round().astype(np.uint8))

    correctives = model.posedirs.detach().cpu().numpy()  # (9 · 23, 3V)
    corrective_step = max(float(np.abs(correctives).max()) / 127, 5e-4)
    whole = (correctives / corrective_step).round().astype(np.int8)
    # the CORRECTIVES that move vertices most, one row of the pose after the other
    size = np.abs(whole).ravel()
    kept = np.argsort(-size, kind="stable")[:CORRECTIVES]
    kept = np.sort(kept[size[kept] > 0])
    row, at = np.unravel_index(kept, whole.shape)
    buffer.add("corrective", whole.ravel()[kept])
    buffer.add("corrective_at", at.astype(np.uint16 if rest.size <= 65_536 else np.uint32), differences=True)
    buffer.add("corrective_rows", np.bincount(row, minlength=len(whole)).astype(np.uint32))
    return {
        "parents": body.parents,
        "rest_joints": body.rest_joints.tolist(),
        "low": low.tolist(),
        "step": step,
        "influences": influences,
        "corrective_step": corrective_step,
    }
