import numpy as np
import pytest
import torch

from labkit.cli import main
from labkit.paths import LabError
from labkit.smpl_file import read_smpl, write_smpl


@pytest.fixture
def path(tmp_path, random_motion, body):
    path = tmp_path / "m.npz"
    write_smpl(path, random_motion(0), body, "a person “waves”")
    return path


def test_round_trip(path, random_motion, body):
    motion, caption = read_smpl(path, body)
    assert caption == "a person “waves”"
    for before, after in zip(vars(random_motion(0)).values(), vars(motion).values()):
        torch.testing.assert_close(after, before, atol=1e-6, rtol=0)


def test_smplx_poses_the_file_where_the_motion_was(path, random_motion, body):
    """The names and the meaning of transl are smplx's: its joints are ours."""
    with np.load(path) as file:
        arrays = {k: torch.from_numpy(file[k]) for k in ("global_orient", "body_pose", "transl")}
        assert file["mocap_frame_rate"] == 20 and (file["betas"] == np.zeros(10)).all()
    arrays["body_pose"] = torch.nn.functional.pad(arrays["body_pose"], (0, 6))
    joints = body._smpl(betas=torch.zeros(40, body._smpl.num_betas), **arrays).joints[:, :24]
    torch.testing.assert_close(joints, body.joints(random_motion(0)), atol=1e-4, rtol=0)


def rewrite(path, **changes):
    with np.load(path) as file:
        arrays = dict(file) | changes
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})


DAMAGE = {
    "truncated": (lambda p: p.write_bytes(p.read_bytes()[:-200]), "is not a motion"),
    "text": (lambda p: p.write_text("{}"), "is not a motion"),
    "one array": (lambda p: np.save(p.open("wb"), np.zeros(3)), "is an array .3,., which"),
    "an AMASS file": (
        lambda p: np.savez(p, poses=np.zeros((3, 156)), trans=np.zeros((3, 3))),
        "is a motion of AMASS",
    ),
    "no caption": (lambda p: rewrite(p, caption=None), "is not a motion"),
    "pickled caption": (lambda p: rewrite(p, caption=np.array({}, dtype=object)), "is not a motion"),
    "words for numbers": (lambda p: rewrite(p, transl=np.array(["a"])), "is not a motion"),
    "hands too": (lambda p: rewrite(p, body_pose=np.zeros((40, 69))), "expected .*body_pose"),
    "lengths differ": (lambda p: rewrite(p, transl=np.zeros((39, 3))), "expected .*transl"),
    "a scalar": (lambda p: rewrite(p, body_pose=np.zeros(())), "expected .*body_pose"),
    "120 frames a second": (lambda p: rewrite(p, mocap_frame_rate=120), "120 frames per second: resample"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_are_named(path, body, damage):
    spoil, message = DAMAGE[damage]
    spoil(path)
    with pytest.raises(LabError, match=rf"m\.npz.*{message}") as error:
        read_smpl(path, body)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("amass.npz", dict(poses=0, trans=0), "is a motion of AMASS: prepare"),
        ("012.npy", np.zeros((40, 263)), "is HumanML3D's 263 features .new_joint_vecs., which has no SMPL"),
        ("joints.npy", np.zeros((40, 22, 3)), "is an array .40, 22, 3., which has no SMPL parameters"),
        ("store.npz", dict(index=0, about=0, lengths=0), "is a store of motions: .* --source .*store.npz"),
        ("body.npz", dict(v_template=0, weights=0), "is a body: give it as --body"),
        ("walk.BVH", None, "is motion capture: prepare"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(name, content, message, tmp_path, body, capsys):
    path = tmp_path / name
    if content is None:
        path.write_text("HIERARCHY")
    elif isinstance(content, dict):
        np.savez(path, **content)
    else:
        np.save(path, content)
    with pytest.raises(LabError, match=f"{name} {message}"):
        read_smpl(path, body)
    assert main(["visualize", str(path), "--out", str(tmp_path / "out.mp4")]) == 1
    assert f"{name} is " in capsys.readouterr().err
