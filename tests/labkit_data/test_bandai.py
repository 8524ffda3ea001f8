"""The Bandai source: on a tiny copy of its form written here, and on three real clips where they are."""

import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from test_bvh import Joint, write_bvh

from labkit.body import load_body
from labkit.motion import JOINT_INDEX, decode, decode_joints, encode, heading
from labkit.paths import LabError
from labkit_data.formats.bvh import read_bvh
from labkit_data.pipeline import Raw
from labkit_data.retarget import resample
from labkit_data.sources import bandai

pytestmark = pytest.mark.filterwarnings("ignore:Gimbal lock")  # a T-pose has Euler angles of 90°

# In the order of the file: name, parent, place in the parent's frame (cm, rounded). The bones of the limbs
# lie along their x axes, on the right side backwards.
_BONES = [
    ("joint_Root", -1, (0, 0, 0)),
    ("Hips", 0, (0, 94, 0)),
    ("Spine", 1, (15.7, 0, 0)),
    ("Chest", 2, (9, -0.4, 0)),
    ("Neck", 3, (16.4, 0, 0)),
    ("Head", 4, (6.5, 0, 0)),
]
_LIMBS = (
    (3, "Shoulder", (13, -0.2, 5), "UpperArm", 5.3, "LowerArm", 24.3, "Hand", 22.3),
    (1, "UpperLeg", (-2.2, -6.5, 0), "LowerLeg", 39.1, "Foot", 41, "Toes", 11.8),
)
for _parent, _first, _place, *_rest in _LIMBS:
    for _side, _sign in (("L", 1), ("R", -1)):
        _mirror = (1, 1, _sign) if _parent == 3 else (1, _sign, 1)
        _BONES.append((f"{_first}_{_side}", _parent, tuple(np.multiply(_place, _mirror).tolist())))
        for _name, _length in zip(_rest[::2], _rest[1::2]):
            _BONES.append((f"{_name}_{_side}", len(_BONES) - 1, (_length * _sign, 0, 0)))
SKELETON = [
    Joint(name, parent, offset, "Xposition Yposition Zposition Zrotation Xrotation Yrotation")
    for name, parent, offset in _BONES
]


def write_clip(path: Path, seconds: float, turn: float = 0.0) -> None:
    """A T-pose at 30 fps that goes 1 m/s along z of the file (its front) and turns to the left, degrees."""
    axes = {source: matrix for source, matrix in bandai.TABLE.values()} | {"joint_Root": np.eye(3)}
    times, values = np.arange(round(30 * seconds) + 1) / 30, []
    for joint in SKELETON:
        above = axes[SKELETON[joint.parent].name] if joint.parent >= 0 else np.eye(3)
        local = Rotation.from_matrix(np.tile(above.T @ axes[joint.name], (len(times), 1, 1)))
        place = np.tile(np.array(joint.offset, float), (len(times), 1))
        if joint.name == "Hips":
            local = Rotation.from_euler("y", turn * times[:, None] / seconds, degrees=True) * local
            place[:, 2] = 100 * times
        values += [place, local.as_euler("ZXY", degrees=True)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bvh(path, SKELETON, np.concatenate(values, axis=1))


@pytest.fixture(scope="module")
def body():
    return load_body()


def test_scan_takes_any_of_the_folders(tmp_path):
    data = tmp_path / "dataset" / "Bandai-Namco-Research-Motiondataset-1" / "data"
    other = tmp_path / "dataset" / "Bandai-Namco-Research-Motiondataset-2" / "data"
    for folder, stem in (
        (data, "dataset-1_walk-back_not-confident_001"),
        (other, "dataset-2_run_active_012"),
    ):
        folder.mkdir(parents=True)
        (folder / f"{stem}.bvh").touch()
        (folder / f"{stem}.json").write_text('{"content": 0, "style": 0}')
    (data / "dataset-1_walk-back.bvh").touch()  # not one of theirs
    first, second = bandai.scan(tmp_path)
    assert first.file == data / "dataset-1_walk-back_not-confident_001.bvh"
    assert first.name == first.file.stem
    assert first.labels == dict(dataset="dataset-1", content="walk-back", style="not-confident", take="001")
    assert second.labels == dict(dataset="dataset-2", content="run", style="active", take="012")
    assert bandai.scan(tmp_path / "dataset") == [first, second]
    assert bandai.scan(data.parent) == bandai.scan(data) == [first]
    assert bandai.scan(tmp_path / "nothing") == []


def test_the_table_makes_a_t_pose_of_the_skeleton():
    """In SMPL's rest axes arms point sideways, legs down, the spine up, feet forward and down to the ball."""
    expected = {"Neck": (0, 1, 0), "Head": (0, 1, 0), "Chest": (0, 1, 0)}
    for side, sign in (("L", 1), ("R", -1)):
        expected |= {f"{joint}_{side}": (sign, 0, 0) for joint in ("UpperArm", "LowerArm", "Hand")}
        expected |= {f"{joint}_{side}": (0, -1, 0) for joint in ("LowerLeg", "Foot")}
        pitch = np.radians(39.6)
        expected[f"Toes_{side}"] = (0, -np.sin(pitch), np.cos(pitch))
    axes = {source: matrix for source, matrix in bandai.TABLE.values()}
    for joint in SKELETON:
        if joint.name in expected:
            bone = axes[SKELETON[joint.parent].name] @ joint.offset
            assert bone @ expected[joint.name] > 0.998 * np.linalg.norm(bone), joint.name
        if joint.name.startswith(("Shoulder", "UpperLeg")):  # the left side is on the left
            assert np.sign((axes[SKELETON[joint.parent].name] @ joint.offset)[0]) == (
                1 if joint.name.endswith("_L") else -1
            )
    for matrix in axes.values():
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(matrix) > 0


def test_a_walking_t_pose(tmp_path, body):
    write_clip(tmp_path / "a.bvh", seconds=2, turn=60)
    motion = bandai.load(Raw("a", tmp_path / "a.bvh", {}), body)
    assert len(motion) == 41
    joints = body.joints(motion)
    # arms and legs lie as in SMPL's rest pose, but straight: the body is upright and turns to the left
    np.testing.assert_allclose(heading(motion.rotations()[:, 0]).rad2deg(), np.linspace(0, 60, 41), atol=1e-3)
    left, right = (joints[0, JOINT_INDEX[f"{side}_wrist"]] for side in ("left", "right"))
    assert left[0] > 0.5 and right[0] < -0.5 and abs(left[2] - right[2]) < 1e-3
    # its front is -Y in our world; 2 m of the source are longer on a larger body
    way = motion.pelvis[-1] - motion.pelvis[0]
    legs = body.rest_joints[[1, 4], 1] - body.rest_joints[[4, 7], 1]
    torch.testing.assert_close(way[1], -2 * legs.sum() / 0.801, atol=0.02, rtol=0)
    assert abs(way[2]) < 1e-5


def test_a_broken_clip_is_named(tmp_path, body):
    path = tmp_path / "a.bvh"
    write_clip(path, seconds=1)
    path.write_text(path.read_text()[:-2000])
    with pytest.raises(LabError, match="a.bvh, line"):
        bandai.load(Raw("a", path, {}), body)


@pytest.fixture(scope="module")
def real_clips(tmp_path_factory) -> list[Raw]:
    archive = Path(__file__).parents[3] / "shared" / "data" / "bandai-namco.tar.xz"
    if not archive.is_file():
        pytest.skip("no ../shared/data/bandai-namco.tar.xz")
    folder, clips = tmp_path_factory.mktemp("bandai"), 0
    with tarfile.open(archive, "r|xz") as tar:  # a stream: the rest of the archive is never unpacked
        for member in tar:
            if member.name.endswith(".bvh"):
                (folder / Path(member.name).name).write_bytes(tar.extractfile(member).read())
                clips += 1
            if clips == 3:
                break
    return bandai.scan(folder)


def test_real_clips(real_clips, body):
    column = {joint: source for joint, (source, _) in bandai.TABLE.items()}
    for raw in real_clips:
        motion = bandai.load(raw, body)
        joints = body.joints(motion)
        animation = resample(read_bvh(raw.file, scale=0.01), 20)
        _, theirs = animation.forward()
        for side in ("left", "right"):
            for bone in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")):
                start, end = (f"{side}_{joint}" for joint in bone)
                ours = joints[:, JOINT_INDEX[end]] - joints[:, JOINT_INDEX[start]]
                i, j = (animation.names.index(column[joint]) for joint in (start, end))
                x, y, z = (theirs[:, j] - theirs[:, i]).T
                bone = np.stack([x, -z, y], axis=-1)
                cosine = (
                    (ours.numpy() * bone).sum(-1)
                    / np.linalg.norm(ours, axis=-1)
                    / np.linalg.norm(bone, axis=-1)
                )
                assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 0.05
        lowest = body.vertices(motion)[..., 2].amin(dim=1)
        assert abs(lowest.median()) < 0.01  # the feet stand on the floor
        assert (joints[:, JOINT_INDEX["head"], 2] > 1.0).all()


def test_features_of_real_clips_go_round(real_clips, body):
    for raw in real_clips:
        motion = bandai.load(raw, body)
        joints = body.joints(motion)
        x = encode(motion, joints)
        # decoded motion starts at the origin with heading 0: compare in the frame of the first pelvis
        alpha = -heading(motion.rotations()[:, 0])[0]
        c, s, o, i = alpha.cos(), alpha.sin(), torch.tensor(0.0), torch.tensor(1.0)
        turn = torch.stack([c, -s, o, s, c, o, o, o, i]).reshape(3, 3)
        expected = (joints - motion.pelvis[0] * torch.tensor([1.0, 1.0, 0.0])) @ turn.T
        for back in (body.joints(decode(x)), decode_joints(x)):
            assert (back - expected).norm(dim=-1).max() < 1e-3
