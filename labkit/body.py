"""SMPL parameters → joints and vertices, by smplx: the open body, or the user's official file.

SMPL (Loper et al. 2015) poses a template mesh by linear blend skinning. The code is the same for every file.
Joints need no mesh, only forward kinematics. Lengths are metres.
Letters: F frames, J = 24 joints, V vertices, T triangles, n chosen vertices; ``...`` stands for any batch
dimensions.
"""

import contextlib
import io
import os
import pickle
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
import smplx
import torch
import torch.nn.functional as nnf
from scipy.spatial import ConvexHull
from smplx.utils import Struct
from torch import Tensor

from labkit.motion import N_JOINTS, N_ROTATIONS, Motion
from labkit.paths import UNREADABLE, LabError, check_npz, data_dir, existing_file
from labkit.settings import standard_settings

# The neutral body in a folder: as smplx names it, and as SMPL's zip files (1.1.0 and 1.0.0) do
_IN_FOLDERS = (
    "smpl/SMPL_NEUTRAL.[pP][kK][lL]",
    "SMPL_NEUTRAL.[pP][kK][lL]",
    "**/basic[mM]odel_neutral_lbs_10_207_0_v1.1.0.[pP][kK][lL]",
    "**/basic[mM]odel_neutral_lbs_10_207_0_v1.0.0.[pP][kK][lL]",
)
FRAMES_AT_ONCE = 64  # limits the memory of skinning, about 2 MB per frame

# SMPL's arrays as smplx reads them; vertices V, triangles T and shape directions S depend on the file.
_SHAPES = {
    "v_template": ("V", 3),
    "f": ("T", 3),
    "J_regressor": (N_JOINTS, "V"),
    "weights": ("V", N_JOINTS),
    "kintree_table": (2, N_JOINTS),
    "shapedirs": ("V", 3, "S"),
    "posedirs": ("V", 3, 9 * (N_JOINTS - 1)),
}
_OTHERS = {52: "SMPL-H", 55: "SMPL-X", 16: "MANO", 5: "FLAME"}  # models in the same form, by their joints


class Body:
    """A body in SMPL's format, loaded by :func:`load_body`.

    faces: (T, 3) int32, counter-clockwise seen from outside.
    parents: 24 indices, -1 for the root.
    rest_joints: (24, 3) joints with all rotations zero, Y up, facing +Z, metres.
    sole: lowest y of the mesh at rest, metres: the floor when the body stands.
    colors: (V, 3) uint8 colours of the vertices, or None if the file has none.
    """

    @standard_settings()
    def __init__(self, arrays: dict[str, np.ndarray]):
        with contextlib.redirect_stdout(io.StringIO()):  # smplx prints a warning about 10 shapes
            model: Any = smplx.SMPL("", data_struct=Struct(**arrays))
        self._smpl = model.requires_grad_(False)
        self.faces = np.asarray(arrays["f"], dtype=np.int32)
        self.parents = model.parents.tolist()
        self.rest_joints = model.J_regressor @ model.v_template
        self.sole = float(model.v_template[:, 1].min())
        self.colors = arrays.get("colors")

    def to(self, device: torch.device | str) -> "Body":
        """Move the body to `device`, in place → self. Its motions must be on that device, too."""
        self._smpl.to(device)
        self.rest_joints = self.rest_joints.to(device)
        return self

    def transl(self, motion: Motion) -> Tensor:
        """SMPL's ``transl``, (..., F, 3), metres: world position of the pelvis minus the rest pelvis."""
        return motion.pelvis - self.rest_joints[0]

    def joints(self, motion: Motion) -> Tensor:
        """World positions of the joints, (..., F, 24, 3), metres, Z up. Differentiable."""
        return self.forward_kinematics(motion.rotations(), motion.pelvis)

    def forward_kinematics(self, local: Tensor, pelvis: Tensor) -> Tensor:
        """Rotations relative to the parents (..., 22, 3, 3), pelvis (..., 3) → joints (..., 24, 3), metres.

        SMPL's kinematic chain, Loper et al. 2015, eq. 4. The result has the coordinates of the root's
        rotation and the pelvis, for example the world's.
        """
        return self.chain(local, pelvis)[1]  # (..., 24, 3)

    def chain(self, local: Tensor, pelvis: Tensor) -> tuple[Tensor, Tensor]:
        """World rotations (..., 24, 3, 3) and positions (..., 24, 3) of the joints; arguments as above."""
        rest = self.rest_joints.to(pelvis)  # (24, 3)
        rotations, positions = [local[..., 0, :, :]], [pelvis]  # (..., 3, 3), (..., 3)
        for j, parent in enumerate(self.parents[1:], start=1):
            positions.append(positions[parent] + rotations[parent] @ (rest[j] - rest[parent]))
            turned = rotations[parent]
            # the hands (22, 23) stay at rest and carry no joint
            rotations.append(turned @ local[..., j, :, :] if j < N_ROTATIONS else turned)
        return torch.stack(rotations, dim=-3), torch.stack(positions, dim=-2)

    @cached_property
    def outer(self) -> tuple[Tensor, Tensor]:
        """Vertices that can touch the floor, about a third, and the joint that moves each most: (n,) each.

        They are the vertices of the convex hull, at rest, of the part that each joint moves.
        """
        weights, corners = self._smpl.lbs_weights, []
        for moved in (weights > 0.3).T:
            own = moved.nonzero()[:, 0]
            if len(own) > 4:
                corners.append(own[ConvexHull(self._smpl.v_template[own].cpu().numpy()).vertices])
        vertices = torch.cat(corners).unique()
        return vertices, weights[vertices].argmax(dim=1)  # (n,), (n,)

    def heights(self, local: Tensor, pelvis: Tensor, vertices: Tensor, exact: bool = True) -> Tensor:
        """Heights of some vertices above z = 0, (F, n), metres. Differentiable.

        Equals the z of `vertices`, at a tenth of the cost.
        local: rotations relative to the parents (F, 22, 3, 3). pelvis: (F, 3). vertices: their numbers (n,).
        exact: with SMPL's pose-dependent corrections (Loper et al. 2015, eq. 9). Without them it is several
        times faster, and wrong by up to 2 cm at strongly bent knees and hips.
        """
        rotations, positions = self.chain(local, pelvis)  # (F, 24, 3, 3), (F, 24, 3)
        up = rotations[..., 2, :]  # (F, 24, 3)
        shift = positions[..., 2] - (up * self.rest_joints).sum(-1)  # (F, 24)
        weights, rest = self._smpl.lbs_weights[vertices], self._smpl.v_template[vertices]  # (n, 24), (n, 3)
        blend = torch.cat([weights[..., None] * rest[:, None], weights[..., None]], dim=-1)  # (n, 24, 4)
        posed = torch.cat([up, shift[..., None]], dim=-1)  # (F, 24, 4)
        height = posed.flatten(1) @ blend.flatten(1).T  # (F, n)
        if exact:
            bent = local[:, 1:] - torch.eye(3, device=local.device, dtype=local.dtype)  # (F, 21, 3, 3)
            bent = bent.flatten(1)  # (F, 189), of all joints but the hands
            bases = self._smpl.posedirs[: bent.shape[1]].unflatten(1, (-1, 3))  # (189, V, 3)
            bases = bases[:, vertices].flatten(1)  # (189, 3n)
            moved = (bent @ bases).unflatten(1, (-1, 3))  # (F, n, 3)
            height = height + (moved * torch.einsum("nj,fjc->fnc", weights, up)).sum(-1)  # (F, n)
        return height  # (F, n)

    def vertices(self, motion: Motion, betas: Tensor | None = None) -> Tensor:
        """World positions of the mesh's vertices, (..., F, V, 3), metres, Z up, by smplx. Differentiable.

        betas: (n,), up to 10 shape parameters; None is the template.
        """
        batch = motion.pelvis.shape[:-1]
        betas = motion.pelvis.new_zeros(0) if betas is None else betas
        betas = nnf.pad(betas, (0, self._smpl.num_betas - len(betas)))  # (10,)
        # the rest pelvis depends on the shape, and the motion holds the world position of the pelvis
        shaped = self._smpl.v_template + torch.einsum("s,vcs->vc", betas, self._smpl.shapedirs)  # (V, 3)
        transl = motion.pelvis - self._smpl.J_regressor[0] @ shaped  # (..., F, 3)
        hands = (0, 3 * (N_JOINTS - N_ROTATIONS))
        parts = (motion.global_orient, nnf.pad(motion.body_pose, hands), transl)  # (..., F, 3 or 69)
        chunks = zip(*(p.reshape(-1, p.shape[-1]).split(FRAMES_AT_ONCE) for p in parts))
        vertices = [
            self._smpl(
                global_orient=orient, body_pose=pose, transl=move, betas=betas.expand(len(orient), -1)
            ).vertices
            for orient, pose, move in chunks
        ]  # (at most FRAMES_AT_ONCE, V, 3) each
        return torch.cat(vertices).reshape(*batch, -1, 3)  # (..., F, V, 3)


def load_body(path: str | Path | None = None) -> Body:
    """The body in `path`; None means ``$LABKIT_SMPL`` if set, and otherwise the open body.

    path: an .npz of SMPL's arrays, an official SMPL .pkl, or a folder with ``smpl/SMPL_NEUTRAL.pkl``
    or with SMPL's own files, as its zip file unpacks (``SMPL_python_v.1.1.0``).
    Raises LabError if there is no such file, or it is not in SMPL's format.
    """
    if path is None:
        path = os.environ.get("LABKIT_SMPL") or data_dir() / "body" / "open_body.npz"
    path = Path(path).expanduser()
    if path.is_dir():
        files = (file for pattern in _IN_FOLDERS for file in sorted(path.glob(pattern)))
        path = next(files, path / "smpl" / "SMPL_NEUTRAL.pkl")
    path = existing_file(path, "body file")
    try:
        arrays = _read_pickle(path) if path.suffix.lower() == ".pkl" else _read_npz(path)
        _check(arrays)
    except (*UNREADABLE, ImportError, pickle.UnpicklingError) as error:
        why = " ".join(str(error).split())
        raise LabError(f"{path} is not a body in SMPL's format ({why}): name SMPL's .pkl or .npz") from error
    return Body(arrays)


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    check_npz(path)
    with np.load(path, allow_pickle=False) as file:  # official ones hold objects, too, which nobody needs
        return {name: file[name] for name in (*_SHAPES, "colors") if name in file.files}


class _Held:
    """In the place of a pickled chumpy or scipy object: keeps its state and runs none of its code."""

    def __setstate__(self, state):
        self.state = state

    def array(self) -> np.ndarray:
        """The array that the object holds."""
        raise NotImplementedError


class _Chumpy(_Held):
    """A chumpy array: a plain one holds ``x``, a selection picks ``idxs`` out of another, ``a``."""

    def array(self) -> np.ndarray:
        if "x" in self.state:
            return _array(self.state["x"])
        picked = _array(self.state["a"]).ravel()[_array(self.state["idxs"])]
        return picked.reshape(self.state.get("preferred_shape", picked.shape))


class _Sparse(_Held):
    """A scipy.sparse matrix, compressed by columns."""

    def array(self) -> np.ndarray:
        parts = (self.state["data"], self.state["indices"], self.state["indptr"])
        return scipy.sparse.csc_matrix(parts, shape=self.state["_shape"]).toarray()


def _array(value) -> np.ndarray:
    return value.array() if isinstance(value, _Held) else np.asarray(value)


class _SmplUnpickler(pickle.Unpickler):
    """Reads numpy arrays, sparse matrices and chumpy arrays, and refuses everything else in a pickle."""

    _NUMPY = {"ndarray", "dtype", "_reconstruct", "_frombuffer", "scalar"}
    _PLAIN = {("copy_reg", "_reconstructor"), ("__builtin__", "object")}  # how Python 2 made plain objects

    def find_class(self, module: str, name: str):
        if module.split(".")[0] == "chumpy":
            return _Chumpy
        if module in ("scipy.sparse.csc", "scipy.sparse._csc") and name == "csc_matrix":
            return _Sparse
        if module.split(".")[0] == "numpy" and name in self._NUMPY:
            return super().find_class(module.replace("numpy.core", "numpy._core"), name)
        # encode: bytes as Python 3 writes them in protocols 0 to 2
        if (module, name) in self._PLAIN or (module, name) == ("_codecs", "encode"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def _read_pickle(path: Path) -> dict[str, np.ndarray]:
    with path.open("rb") as file:
        content = _SmplUnpickler(file, encoding="latin1").load()
    return {name: _array(content[name]) for name in _SHAPES}


def _check(arrays: dict[str, np.ndarray]) -> None:
    """Raise ValueError or KeyError where an array is missing or does not fit the others."""
    sizes = {}
    joints = len(arrays["J_regressor"]) if "J_regressor" in arrays else 0
    if joints in _OTHERS:
        raise ValueError(f"it is {_OTHERS[joints]}'s, of {joints} joints")
    for name, shape in _SHAPES.items():
        if name not in arrays:
            raise KeyError(f"no {name}")
        actual = arrays[name].shape
        fits = len(actual) == len(shape) and all(
            n == (sizes.setdefault(s, n) if isinstance(s, str) else s) for s, n in zip(shape, actual)
        )
        if not fits:
            raise ValueError(f"{name} has shape {actual}")
