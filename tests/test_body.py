"""The body, against smplx itself, against geometry, and against files that are no bodies."""

import io
import os
import pickle
import struct
import sys
import types
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
import smplx
import torch
from smplx.vertex_ids import vertex_ids

from labkit.body import FRAMES_AT_ONCE, load_body
from labkit.motion import JOINT_INDEX, JOINT_NAMES, Motion
from labkit.paths import LabError, data_dir

OPEN_BODY = data_dir() / "body" / "open_body.npz"
SMPL_KEYS = ("v_template", "f", "J_regressor", "weights", "kintree_table", "shapedirs", "posedirs")


@pytest.fixture(scope="module")
def arrays():
    with np.load(OPEN_BODY) as file:
        return dict(file)


@pytest.fixture(scope="module")
def reference(arrays):
    """smplx's own model, made without our code."""
    return smplx.SMPL("", data_struct=smplx.utils.Struct(**arrays))


def still(body, frames=1):
    """A motion at rest, its pelvis where the rest pelvis is: the template itself."""
    pelvis = body.rest_joints[0].expand(frames, 3)
    return Motion(torch.zeros(frames, 3), torch.zeros(frames, 63), pelvis)


def wild(*shape):
    generator = torch.Generator().manual_seed(0)
    orient, pose, pelvis = (torch.randn(*shape, n, generator=generator) for n in (3, 63, 3))
    return Motion(orient, 0.5 * pose, pelvis)


def smplx_output(model, motion, transl):
    flat = [v.reshape(-1, v.shape[-1]) for v in (motion.global_orient, motion.body_pose, transl)]
    n = len(flat[0])
    return model(
        global_orient=flat[0],
        body_pose=torch.cat([flat[1], torch.zeros(n, 6)], dim=1),
        transl=flat[2],
        betas=torch.zeros(n, 10),
    )


def test_joints_and_vertices_are_those_of_smplx(body, reference):
    motion = wild(2, 3)
    with torch.no_grad():
        expected = smplx_output(reference, motion, body.transl(motion))
    joints, vertices = body.joints(motion), body.vertices(motion)
    assert joints.shape == (2, 3, 24, 3) and vertices.shape == (2, 3, 6889, 3)
    torch.testing.assert_close(joints.reshape(6, 24, 3), expected.joints[:, :24], atol=1e-5, rtol=0)
    torch.testing.assert_close(vertices.reshape(6, -1, 3), expected.vertices, atol=1e-6, rtol=0)


def test_frames_do_not_depend_on_how_they_are_chunked(body):
    motion = wild(FRAMES_AT_ONCE + 2)
    last = body.vertices(motion[-2:])
    torch.testing.assert_close(body.vertices(motion)[-2:], last, atol=1e-6, rtol=0)


def test_the_pelvis_is_where_the_motion_says(body):
    motion = wild(4)
    assert torch.equal(body.joints(motion)[:, 0], motion.pelvis)
    assert torch.equal(body.transl(motion), motion.pelvis - body.rest_joints[0])


def test_joints_are_differentiable(body):
    pose = wild(1).body_pose.double().requires_grad_()
    motion = still(body)

    def joints(p):
        return body.joints(Motion(motion.global_orient.double(), p, motion.pelvis.double()))

    assert torch.autograd.gradcheck(joints, pose)


def test_upright_body_stands_on_z_and_faces_minus_y(body):
    rest = still(body)
    upright = torch.tensor([[np.pi / 2, 0, 0]], dtype=torch.float32)
    joints = body.joints(Motion(upright, rest.body_pose, rest.pelvis))[0]
    at = JOINT_NAMES.index
    assert joints[at("head"), 2] > joints[at("pelvis"), 2] + 0.5
    assert joints[at("left_foot"), 1] < joints[at("left_ankle"), 1] - 0.1
    assert joints[at("left_wrist"), 0] > 0.5


@pytest.mark.stored
def test_rest_joints_are_pinned(arrays, body):
    """Motions and networks were made with this skeleton."""
    np.testing.assert_allclose(body.rest_joints, arrays["J"], atol=1e-5)
    pinned = {"pelvis": [0, 0.1407, -0.0023], "left_knee": [0.1210, -0.3298, 0.0376],
              "left_foot": [0.1442, -0.7952, 0.1340], "head": [0, 0.7301, 0.0439],
              "left_wrist": [0.6726, 0.5333, 0.0188]}  # fmt: skip
    for name, position in pinned.items():
        np.testing.assert_allclose(arrays["J"][JOINT_INDEX[name]], position, atol=1e-4)


def test_rest_joints_are_symmetric(arrays):
    for j, name in enumerate(JOINT_NAMES):
        twin = JOINT_NAMES.index(name.replace("left", "?").replace("right", "left").replace("?", "right"))
        np.testing.assert_allclose(arrays["J"][j], arrays["J"][twin] * [-1, 1, 1], atol=1e-6)


def test_mesh_is_closed_and_faces_outwards(arrays):
    v, f = arrays["v_template"].astype(float), arrays["f"].astype(int)
    edges = np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]])
    assert len(np.unique(edges, axis=0)) == len(edges)  # each directed edge once, ...
    assert {tuple(e) for e in edges} == {tuple(e) for e in edges[:, ::-1]}  # ... and its opposite too
    volume = np.einsum("tc,tc->", v[f[:, 0]], np.cross(v[f[:, 1]], v[f[:, 2]])) / 6
    assert 0.05 < volume < 0.08  # m³: a person of 50 to 80 kg
    assert abs(np.ptp(v[:, 1]) - 1.70) < 0.02
    assert len(np.unique(f)) == len(v)


def test_body_is_symmetric_at_rest_and_in_motion(arrays, body, random_motion):
    v = arrays["v_template"]
    twin = {tuple(p): i for i, p in enumerate(v + np.float32(0))}
    index = [twin[tuple(p)] for p in v * np.float32([-1, 1, 1]) + np.float32(0)]
    motion = random_motion(frames=3)
    joint_twins = [
        JOINT_NAMES.index(n.replace("left", "?").replace("right", "left").replace("?", "right"))
        for n in JOINT_NAMES[:22]
    ]
    flip = torch.tensor([-1.0, 1.0, 1.0])
    mirrored = Motion.from_rotations(
        flip[:, None] * motion.rotations()[:, joint_twins] * flip, motion.pelvis * flip
    )
    expected = body.vertices(motion)[:, index] * flip
    torch.testing.assert_close(body.vertices(mirrored), expected, atol=2e-4, rtol=0)


def test_weights_are_weights(arrays):
    weights = arrays["weights"].astype(np.float64)
    assert weights.min() >= 0
    assert np.array_equal(weights.sum(1), np.ones(len(weights)))
    np.testing.assert_allclose(arrays["J_regressor"].astype(np.float64).sum(1), 1, atol=1e-5)


def test_smplx_landmarks_are_where_their_names_say(arrays):
    v, ids = arrays["v_template"], vertex_ids["smplh"]
    joint = dict(zip(JOINT_NAMES, arrays["J"]))
    head = joint["head"]
    assert v[ids["nose"], 0] == 0 and v[ids["nose"], 2] > head[2] + 0.09
    for side, left, sign in (("l", "left", 1), ("r", "right", -1)):
        eye, ear = v[ids[f"{side}eye"]], v[ids[f"{side}ear"]]
        assert 0.02 < sign * eye[0] < 0.045 and eye[1] > v[ids["nose"], 1] and eye[2] > head[2] + 0.06
        assert sign * ear[0] > 0.06 and abs(ear[1] - eye[1]) < 0.05 and ear[2] < eye[2] - 0.05
        hand = joint[f"{left}_hand"]
        fingers = [v[ids[f"{side}{name}"]] for name in ("index", "middle", "ring", "pinky")]
        assert all(sign * (tip[0] - hand[0]) > 0.03 for tip in fingers)
        assert np.all(np.diff([tip[2] for tip in fingers]) < 0)  # palms down, index in front
        assert v[ids[f"{side}thumb"], 2] > joint[f"{left}_wrist"][2] + 0.05
        ankle, foot = joint[f"{left}_ankle"], side.upper()
        big, small, heel = (v[ids[f"{foot}{name}"]] for name in ("BigToe", "SmallToe", "Heel"))
        assert max(p[1] for p in (big, small, heel)) < ankle[1] - 0.03
        assert heel[2] < ankle[2] - 0.03 and big[2] > ankle[2] + 0.15 and small[2] > ankle[2] + 0.1
        assert sign * big[0] < sign * ankle[0] < sign * small[0]


def test_first_beta_is_height(body):
    heights = [
        np.ptp(body.vertices(still(body), betas=torch.tensor([b]))[0, :, 1].numpy()) for b in (-2.0, 0.0, 2.0)
    ]
    assert heights[0] < heights[1] - 0.05 and heights[2] > heights[1] + 0.05


def test_betas_leave_the_pelvis_in_place(body, reference, arrays):
    motion, betas = wild(2), torch.tensor([2.0, -1, 0.5])
    vertices = body.vertices(motion, betas)
    with torch.no_grad():
        padded = torch.zeros(2, 10)
        padded[:, :3] = betas
        pose = torch.cat([motion.body_pose, torch.zeros(2, 6)], 1)
        out = reference(global_orient=motion.global_orient, body_pose=pose, betas=padded)
    moved = out.vertices + (motion.pelvis - out.joints[:, 0])[:, None]
    torch.testing.assert_close(vertices, moved, atol=1e-5, rtol=0)


def test_colors_of_suit_head_and_shoes_differ(arrays, body):
    v = arrays["v_template"]
    assert body.colors.shape == v.shape and body.colors.dtype == np.uint8
    chest, top, sole = (body.colors[i] for i in (np.abs(v - [0, 0.3, 0.1]).sum(1).argmin(), v[:, 1].argmax(),
                                                 v[:, 1].argmin()))  # fmt: skip
    assert len({tuple(c) for c in (chest, top, sole)}) == 3


# ---------------------------------------------------------------------------------------------------------
# Files
# ---------------------------------------------------------------------------------------------------------


class Ch:
    """Looks like chumpy's array to a pickle."""

    def __init__(self, **state):
        self.__dict__.update(state)


class Select(Ch):
    """Looks like chumpy's selection out of another array."""


@pytest.fixture
def official(arrays, tmp_path, monkeypatch):
    """Path and content of a pickle like SMPL's: chumpy arrays, a sparse regressor, more than is needed."""
    monkeypatch.setitem(sys.modules, "chumpy", types.ModuleType("chumpy"))
    for name, kind in (("chumpy.ch", Ch), ("chumpy.reordering", Select)):
        module = types.ModuleType(name)
        setattr(module, kind.__name__, kind)
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(kind, "__module__", name)
    shapes = arrays["shapedirs"].astype(np.float64)
    content = {key: arrays[key] for key in SMPL_KEYS}
    content["v_template"] = Ch(x=arrays["v_template"].astype(np.float64))
    content["shapedirs"] = Select(
        a=Ch(x=shapes.ravel()[::-1].copy()),
        idxs=np.arange(shapes.size)[::-1].copy(),
        preferred_shape=shapes.shape,
    )
    content["J_regressor"] = scipy.sparse.csc_matrix(arrays["J_regressor"])
    content["bs_type"] = "lrotmin"
    path = tmp_path / "smpl" / "SMPL_NEUTRAL.pkl"
    path.parent.mkdir()
    return path, content


class _Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2's str, as the official files have them."""

    def save_str(self, value):
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)

    dispatch = {**pickle._Pickler.dispatch, bytes: save_str}


def python2_dumps(content, protocol):
    buffer = io.BytesIO()
    _Python2Pickler(buffer, protocol).dump(content)
    names = {
        b"cnumpy._core.multiarray": b"cnumpy.core.multiarray",
        b"cscipy.sparse._csc": b"cscipy.sparse.csc",
    }
    data = buffer.getvalue()
    for new, old in names.items():
        data = data.replace(new, old)
    return data


@pytest.mark.parametrize(
    ("dumps", "protocol"), [*((python2_dumps, n) for n in (0, 2)), *((pickle.dumps, n) for n in range(6))]
)
def test_official_pickle_is_the_same_body(official, body, monkeypatch, dumps, protocol):
    path, content = official
    path.write_bytes(dumps(content, protocol))
    for name in ("chumpy", "chumpy.ch", "chumpy.reordering"):
        monkeypatch.setitem(sys.modules, name, None)  # importing it would fail, as it does for users
    motion = wild(2)
    for where in (path, path.parent.parent):  # the file, or the folder that smplx calls its model path
        loaded = load_body(where)
        assert loaded.colors is None
        torch.testing.assert_close(loaded.vertices(motion), body.vertices(motion), atol=1e-6, rtol=0)
        torch.testing.assert_close(loaded.joints(motion), body.joints(motion), atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    "name",
    [
        "SMPL_NEUTRAL.PKL",
        "smpl/SMPL_NEUTRAL.PKL",
        "SMPL_python_v.1.1.0/smpl/models/basicmodel_neutral_lbs_10_207_0_v1.1.0.pkl",
    ],
)
def test_official_names_of_files_and_folders(official, tmp_path, name):
    _, content = official
    path = tmp_path / "unpacked" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(python2_dumps(content, 2))
    where = path if name == "SMPL_NEUTRAL.PKL" else tmp_path / "unpacked"
    assert load_body(where).faces.shape == load_body().faces.shape


class Evil:
    def __init__(self, call, *arguments):
        self.reduced = call, arguments

    def __reduce__(self):
        return self.reduced


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("call", [os.system, eval, np.load])
def test_pickle_that_runs_code_is_refused(official, tmp_path, protocol, call):
    path, content = official
    trace = tmp_path / "trace"
    argument = f"touch {trace}" if call is os.system else f"open({str(trace)!r}, 'w')"
    content["posedirs"] = Evil(call, argument)
    path.write_bytes(pickle.dumps(content, protocol))
    with pytest.raises(LabError, match="it asks for"):
        load_body(path)
    assert not trace.exists()


def test_files_that_are_no_body(arrays, tmp_path):
    text, cut, lacking, misshapen = (tmp_path / n for n in ("t.npz", "c.npz", "l.npz", "m.npz"))
    text.write_text("v 0 0 0\n")
    cut.write_bytes(OPEN_BODY.read_bytes()[:20_000])
    np.savez(lacking, **{k: arrays[k] for k in SMPL_KEYS if k != "weights"})
    np.savez(misshapen, **{**{k: arrays[k] for k in SMPL_KEYS}, "weights": arrays["weights"][:-1]})
    plain, empty, listing = (tmp_path / n for n in ("p.pkl", "e.pkl", "l.pkl"))
    plain.write_text("hello")
    empty.write_bytes(b"")
    listing.write_bytes(pickle.dumps([1, 2, 3]))
    for path in (text, cut, lacking, misshapen, plain, empty, listing):
        with pytest.raises(LabError, match="not a body in SMPL's format") as error:
            load_body(path)
        assert str(path) in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(LabError, match="body file not found"):
        load_body(tmp_path / "nowhere.npz")


@pytest.mark.parametrize("joints, name", [(52, "SMPL-H"), (55, "SMPL-X"), (16, "MANO"), (5, "FLAME")])
def test_bodies_of_other_kinds_are_called_by_their_names(arrays, tmp_path, joints, name):
    """Their official files hold objects, too, which are not read."""
    path = tmp_path / "model.npz"
    regressor = np.zeros((joints, arrays["J_regressor"].shape[1]))
    np.savez(path, **{**{k: arrays[k] for k in SMPL_KEYS}, "J_regressor": regressor}, names=np.array([{}]))
    with pytest.raises(
        LabError, match=rf"model.npz is not a body in SMPL's format .it is {name}'s, of {joints} joints"
    ):
        load_body(path)


def test_environment_names_another_body(arrays, tmp_path, monkeypatch):
    path = tmp_path / "taller.npz"
    np.savez(path, **{**{k: arrays[k] for k in SMPL_KEYS}, "v_template": 1.1 * arrays["v_template"]})
    monkeypatch.setenv("LABKIT_SMPL", str(path))
    np.testing.assert_allclose(load_body().rest_joints, 1.1 * arrays["J"], atol=1e-5)


@pytest.mark.slow
@pytest.mark.stored
@pytest.mark.skipif(
    find_spec("anny") is None, reason="the extra `body` (anny, pyfqmr, trimesh) is not installed"
)
def test_shipped_body_is_what_the_script_builds(arrays, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "data" / "body"))
    import build

    rebuilt = build.build()
    assert rebuilt.keys() == arrays.keys()
    for name in ("f", "kintree_table", "J"):
        np.testing.assert_allclose(rebuilt[name], arrays[name], atol=1e-6, err_msg=name)
    for name, tolerance in (("v_template", 1e-5), ("weights", 2e-3), ("shapedirs", 5e-4), ("posedirs", 5e-4)):
        np.testing.assert_allclose(
            rebuilt[name].astype(float), arrays[name].astype(float), atol=tolerance, err_msg=name
        )


def test_heights_are_those_of_the_vertices(body):
    motion = wild(7)
    vertices = torch.arange(0, len(body.colors), 5)
    heights = body.heights(motion.rotations(), motion.pelvis, vertices)
    torch.testing.assert_close(heights, body.vertices(motion)[:, vertices, 2], atol=1e-5, rtol=0)
    rough = body.heights(motion.rotations(), motion.pelvis, vertices, exact=False)
    assert 1e-4 < (rough - heights).abs().max() < 0.05


def test_outer_vertices_reach_as_low_as_all(body):
    motion = wild(40)
    vertices, joints = body.outer
    assert len(vertices) < len(body.colors) / 2 and len(joints) == len(vertices) == len(vertices.unique())
    above = body.vertices(motion)[:, vertices, 2].amin(1) - body.vertices(motion)[..., 2].amin(1)
    assert above.min() >= 0 and above.max() < 0.01 and above.median() < 1e-3
