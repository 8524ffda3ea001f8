import json

import numpy as np
import pytest
import torch

from labkit.motion import Motion
from labkit.paths import LabError
from labkit.store import STEP, Clip, read_store, write_store


@pytest.fixture
def clips(random_motion):
    labels = {"content": "walk", "style": "proud"}
    return [
        Clip("a", random_motion(0, 30), ("a person walks", "someone walks – “calmly”"), labels, "train"),
        Clip("b", random_motion(1, 1), ("a person hops",), {}, "test_a"),
        Clip("c", random_motion(2, 55), ("a person jumps",), {"content": "jump"}, "test_b"),
    ]


def test_round_trip_within_half_a_step(tmp_path, clips):
    write_store(tmp_path / "s.npz", clips, {"source": "nobody"})
    found, about = read_store(tmp_path / "s.npz")
    assert about == {"source": "nobody"}
    assert len(found) == 3
    for old, new in zip(clips, found):
        assert (new.name, new.captions, new.labels, new.split) == (
            old.name,
            old.captions,
            old.labels,
            old.split,
        )
        for before, after in zip(vars(old.motion).values(), vars(new.motion).values()):
            assert after.dtype == torch.float32 and after.shape == before.shape
            assert (after - before).abs().max() <= 0.5 * STEP + 2e-7


def test_large_jumps_between_clips_wrap_and_come_back(tmp_path):
    """Differences of int16 overflow where one clip ends at +π and the next begins at −π."""
    values = torch.tensor([3.14159, -3.14159, 3.14159, 0.0])[:, None]
    motion = Motion(values.expand(4, 3), values.expand(4, 63), 3000 * values.expand(4, 3))
    write_store(tmp_path / "s.npz", [Clip(str(i), motion, ("x",)) for i in range(3)], {})
    for clip in read_store(tmp_path / "s.npz")[0]:
        torch.testing.assert_close(clip.motion.body_pose, motion.body_pose, atol=STEP, rtol=0)
        torch.testing.assert_close(clip.motion.pelvis, motion.pelvis, atol=1e-3, rtol=0)


@pytest.mark.parametrize("field", ["global_orient", "body_pose", "pelvis"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_motion_that_is_not_finite_is_refused(tmp_path, random_motion, field, value):
    motion = random_motion(0, 5)
    getattr(motion, field)[2, 1] = value
    with pytest.raises(ValueError, match="not finite"):
        write_store(tmp_path / "s.npz", [Clip("a", motion, ("x",))], {})
    assert not list(tmp_path.iterdir())


def test_rotations_that_do_not_fit_are_refused(tmp_path):
    """4 radians would come back as −2.55."""
    motion = Motion(torch.zeros(1, 3), torch.full((1, 63), 4.0), torch.zeros(1, 3))
    with pytest.raises(ValueError, match="half a turn"):
        write_store(tmp_path / "s.npz", [Clip("a", motion, ("x",))], {})


def break_zip(path):
    """Other bytes in the middle of the compressed arrays."""
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 40] = bytes(40)
    path.write_bytes(data)


def rewrite(path, **changes):
    with np.load(path) as file:
        arrays = dict(file) | changes
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})


DAMAGE = {
    "truncated": lambda p: p.write_bytes(p.read_bytes()[:-200]),
    "empty": lambda p: p.write_bytes(b""),
    "text": lambda p: p.write_text("Not found"),
    "flipped": break_zip,
    "one array": lambda p: np.save(p.open("wb"), np.zeros(3)),
    "pickle": lambda p: np.savez(p, pose=np.array([{}], dtype=object)),
    "another npz": lambda p: np.savez(p, x=np.zeros(3)),
    "wrong lengths": lambda p: rewrite(p, lengths=np.array([1, 2, 3])),
    "too few lengths": lambda p: rewrite(p, lengths=np.array([86])),
    "no index": lambda p: rewrite(p, index=None),
    "index of something else": lambda p: rewrite(p, index=np.frombuffer(b"[1, 2, 3]", np.uint8)),
    "index is no json": lambda p: rewrite(p, index=np.frombuffer(b"\xff{", np.uint8)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_are_named(tmp_path, clips, damage):
    path = tmp_path / "s.npz"
    write_store(path, clips, {})
    DAMAGE[damage](path)
    with pytest.raises(
        LabError, match=r"s\.npz is not a motion store or is damaged .*: prepare it again"
    ) as error:
        read_store(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "arrays, told",
    [
        (
            dict(global_orient=0, body_pose=0, transl=0),
            "is a single motion: python -m labkit visualize .*a.npz",
        ),
        (dict(poses=0, trans=0), "is a motion of AMASS: prepare AMASS"),
        (dict(v_template=0, weights=0), "is a body: give it as --body"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(arrays, told, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(LabError, match=f"a.npz {told}"):
        read_store(tmp_path / "a.npz")


def test_missing_file(tmp_path):
    with pytest.raises(LabError, match="motion store not found"):
        read_store(tmp_path / "none.npz")


def test_nothing_needs_a_pickle(tmp_path, clips):
    write_store(tmp_path / "s.npz", clips, {})
    with np.load(tmp_path / "s.npz", allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)
        assert json.loads(file["index"].tobytes())[0]["name"] == "a"
