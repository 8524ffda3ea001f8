import numpy as np
import pytest
import torch

from labkit.dataset import MotionDataset, Sample, dataset_summary, find_clip, mirror_sample, pad, store_path
from labkit.motion import decode_joints, encode, mirror
from labkit.paths import LabError
from labkit.reference import Reference, load_reference, write_reference
from labkit.store import Clip, write_store


@pytest.fixture
def folder(tmp_path, monkeypatch, random_motion):
    """A data folder with one prepared source of three clips and a starter set of one."""
    (tmp_path / "body").mkdir()
    clips = [
        Clip("a", random_motion(0, 20), ("raise the left hand", "lift it"), {"side": "left"}, "train"),
        Clip("b", random_motion(1, 40), ("a person walks",), {}, "test_a"),
        Clip("7", random_motion(2, 30), ("a person turns right",), {}, "train"),
    ]
    write_store(tmp_path / "prepared" / "mine.npz", clips, {})
    write_store(tmp_path / "starter" / "starter.npz", clips[1:2], {})
    monkeypatch.setenv("LABKIT_DATA", str(tmp_path))
    return tmp_path


def test_samples_are_the_clips_encoded(folder, body, random_motion):
    dataset = MotionDataset("mine", body=body)
    assert [s.name for s in dataset] == ["a", "b", "7"] and len(dataset) == 3
    motion = random_motion(0, 20)
    torch.testing.assert_close(dataset[0].x, encode(motion, body.joints(motion)), atol=5e-3, rtol=0)
    assert dataset[0].captions == ("raise the left hand", "lift it")


def test_splits_and_several_sources(folder, body):
    assert [s.name for s in MotionDataset("mine", "train", body=body)] == ["a", "7"]
    assert [s.name for s in MotionDataset("mine", "test_a", body=body)] == ["b"]
    assert len(MotionDataset("mine", "val", body=body)) == 0
    both = MotionDataset(["starter", folder / "prepared" / "mine.npz"], body=body)
    assert [s.name for s in both] == ["b", "a", "b", "7"]
    with pytest.raises(LabError, match="'test'.*train, val, test_a, test_b"):
        MotionDataset("mine", "test", body=body)


def test_mirrored_samples_follow_theirs(folder, body):
    dataset = MotionDataset("mine", "train", mirror=True, body=body)
    assert [s.name for s in dataset] == ["a", "a/m", "7", "7/m"]
    assert dataset[1].captions == ("raise the right hand", "lift it")
    assert dataset[1].labels == {"side": "right"}
    assert torch.equal(dataset[1].x, mirror(dataset[0].x))
    assert dataset[3].captions == ("a person turns left",)


def test_words_and_joints_swap_together(folder, body):
    """The hand that the caption names is the one that moves as it did before."""
    sample = MotionDataset("mine", body=body)[0]
    left, right = (decode_joints(s.x)[:, j] for s, j in ((sample, 22), (mirror_sample(sample), 23)))
    torch.testing.assert_close(left * torch.tensor([-1, 1, 1]), right, atol=1e-4, rtol=0)


def test_mirroring_twice_gives_the_sample_back():
    sample = Sample("a", torch.randn(5, 205), ("a left turn",), {"content": "turn left"})
    twice = mirror_sample(mirror_sample(sample))
    assert torch.equal(twice.x, sample.x)
    assert (twice.captions, twice.labels) == (sample.captions, sample.labels)


def test_pad():
    x, mask = pad([torch.ones(3, 2), torch.ones(1, 2), torch.ones(4, 2)])
    assert x.shape == (3, 4, 2) and mask.dtype == torch.bool
    assert mask.tolist() == [[True, True, True, False], [True, False, False, False], [True] * 4]
    assert torch.equal(x, mask[..., None].expand(-1, -1, 2).float())


def test_find_clip(folder):
    assert find_clip("mine", "1").name == "b"
    assert find_clip("mine", "a").name == "a"
    assert find_clip("mine", "7").name == "7"  # past the last number: a name
    for nonsense in ("3", "-1", "²", "", "zzz"):
        with pytest.raises(LabError, match=r"mine\.npz has no clip .*0 to 2, or a name such as a"):
            find_clip("mine", nonsense)


def test_store_path(folder):
    assert store_path("starter") == folder / "starter" / "starter.npz"
    assert store_path("mine") == folder / "prepared" / "mine.npz"
    assert str(store_path("some/where.npz")) == "some/where.npz"
    assert str(store_path("some/WHERE.NPZ")) == "some/WHERE.NPZ"
    with pytest.raises(
        LabError, match="no prepared source 'cmu': run python -m labkit_data prepare --source cmu"
    ):
        store_path("cmu")


def test_describe(folder, body):
    """90 frames in 3 clips; 4 + 2 + 3 + 4 words in 4 captions."""
    lines = dict(
        line.rsplit(maxsplit=1) for line in dataset_summary(MotionDataset("mine", body=body)).splitlines()[:2]
    )
    assert lines == {"motions": "3", "captions": "4"}
    assert "1.5 s" in dataset_summary(MotionDataset("mine", body=body)).splitlines()[2]
    assert dataset_summary(MotionDataset("mine", body=body)).splitlines()[3].endswith(" 3.2")


class TestReference:
    @pytest.fixture
    def reference(self):
        rng = np.random.default_rng(0)
        return Reference(
            motion=rng.normal(size=(4, 8)).astype(np.float32),
            physical=rng.normal(size=(4, 3)),
            lengths=np.array([30, 40, 50, 60]),
            labels=["walk", "walk", "jump – high", ""],
            text=rng.normal(size=(6, 8)).astype(np.float32),
            captions=list("abcdef"),
            owner=np.array([0, 0, 1, 2, 3, 3]),
            take=np.array([0, 0, 1, 2]),
            lead=np.array([0.5, -0.5, 0.0, np.nan]),
        )

    def test_round_trip(self, folder, reference):
        write_reference(folder / "reference" / "test_a.npz", reference)
        found = load_reference("test_a")
        assert (found.labels, found.captions) == (reference.labels, reference.captions)
        assert (found.owner == reference.owner).all() and (found.lengths == reference.lengths).all()
        assert found.motion.dtype == found.text.dtype == np.float32
        np.testing.assert_allclose(found.motion, reference.motion, rtol=2**-11)  # float16's half step
        np.testing.assert_allclose(found.text, reference.text, rtol=2**-11)
        np.testing.assert_allclose(found.physical, reference.physical, rtol=1e-6)
        np.testing.assert_allclose(found.lead, reference.lead, rtol=1e-6)
        assert (found.take == reference.take).all()

    def test_missing_and_damaged(self, folder, reference):
        with pytest.raises(LabError, match="reference features of split 'test_b' not found"):
            load_reference("test_b")
        path = folder / "reference" / "test_a.npz"
        write_reference(path, reference)
        data = path.read_bytes()
        for damaged in (data[:100], data[:-100], b"", b"text", data[:300] + bytes(30) + data[330:]):
            path.write_bytes(damaged)
            with pytest.raises(LabError, match="test_a.npz is damaged"):
                load_reference("test_a")
