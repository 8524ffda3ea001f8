"""Files that are exchanged with TMR's own code, as its scripts read and write them."""

import numpy as np
import pytest

from labkit.dataset import MotionDataset
from labkit.motion import JOINT_INDEX, decode
from labkit.paths import LabError
from labkit.tmr import read_features, write_joints

LEFT_HIP, RIGHT_HIP = (JOINT_INDEX[f"{side}_hip"] for side in ("left", "right"))
ANKLES, FEET = ([JOINT_INDEX[f"{s}_{part}"] for s in ("left", "right")] for part in ("ankle", "foot"))


def test_joints_have_the_axes_that_tmr_expects(tmp_path, body):
    """compute_guoh3dfeats negates x, and takes up × (right hip − left hip) for the direction ahead."""
    motions = [decode(s.x) for s in MotionDataset("starter").samples[:3]]
    write_joints(tmp_path / "new", motions, body)
    for i, motion in enumerate(motions):
        joints = np.load(tmp_path / "new" / f"0000{i}.npy", allow_pickle=False)
        assert joints.shape == (len(motion), 22, 3)
        joints = joints[0] * [-1, 1, 1]
        ahead = np.cross([0, 1, 0], joints[RIGHT_HIP] - joints[LEFT_HIP])
        assert ((joints[FEET] - joints[ANKLES]).sum(0) * ahead).sum() > 0  # toes point ahead
        height = body.joints(motion)[0, :22, 2].numpy()
        np.testing.assert_array_equal(joints[:, 1], height.astype(joints.dtype))
        lengths = [
            np.linalg.norm(j[:, None] - j, axis=-1) for j in (joints, body.joints(motion)[0, :22].numpy())
        ]
        np.testing.assert_allclose(*lengths, atol=1e-5)


@pytest.fixture
def encoded(tmp_path):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(4, 8)).astype(np.float32)
    for name, vector in zip(
        ("a_person_walks.npy", "someone_waves,_then_bows.npy", "00000.npy", "00001.npy"), features
    ):
        np.save(tmp_path / name, vector)
    return tmp_path, features


CAPTIONS = ["A person walks", "someone waves, then bows"]


def test_features_are_found_by_the_names_that_tmr_gives(encoded):
    folder, features = encoded
    text, motion = read_features(folder, CAPTIONS)
    np.testing.assert_array_equal(text, features[:2])
    np.testing.assert_array_equal(motion, features[2:])


@pytest.mark.parametrize(
    "content, words",
    [
        (None, "docs/tmr.md"),
        (b"no array", "encode it again"),
        (np.zeros((2, 8)), "expected finite features"),
        (np.full(8, np.nan), "expected finite features"),
        (np.zeros(9), "unequal width"),
    ],
)
def test_what_cannot_be_used_is_named(encoded, content, words):
    path = encoded[0] / "00001.npy"
    path.unlink()
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        np.save(path, content)
    with pytest.raises(LabError, match=words):
        read_features(encoded[0], CAPTIONS)
