"""HumanML3D and AMASS in the owners' folder forms, with made-up motions that follow known functions."""

from pathlib import Path

import numpy as np
import pytest
import torch

from labkit.body import load_body
from labkit.motion import Motion
from labkit.paths import LabError
from labkit_data.pipeline import Raw
from labkit_data.sources import humanml3d
from labkit_data.sources.humanml3d import TRIM, captions_of, load, read_amass, read_index, scan, survey

SHARED = Path(__file__).parents[3] / "shared" / "data" / "humanml3d"
RNG = np.random.default_rng(0)
AXES = RNG.normal(size=(52, 3))
AXES /= np.linalg.norm(AXES, axis=-1, keepdims=True)
SPEED = RNG.uniform(0.05, 0.2, 52)  # rad/s: no joint turns half round in a test


@pytest.fixture(scope="module")
def body():
    return load_body()


def poses(t):
    """Each of SMPL-H's 52 joints turns about its own axis, steadily: (F,) seconds → (F, 52, 3)."""
    return t[:, None, None] * SPEED[:, None] * AXES


def transl(t):
    return np.stack([0.5 * t, 0.1 - 0.2 * t, 0.9 + 0.03 * t], axis=-1)


def write_amass(path, seconds=12.0, rate=120.0, **changed):
    t = np.arange(int(seconds * rate)) / rate
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = dict(poses=poses(t).reshape(len(t), 156), trans=transl(t), mocap_framerate=np.float64(rate))
    # a gender of Python's object type is pickled in some releases; it must not be touched
    extra = dict(betas=np.zeros(16), gender=np.array("female", dtype=object), dmpls=np.zeros((len(t), 8)))
    np.savez(path, **(arrays | extra | changed))
    return path


def write_humanml3d(folder, rows, splits, texts):
    """rows: id → (source, start, end); splits: listing → ids; texts: id → lines."""
    (folder / "texts").mkdir(parents=True)
    index = "".join(f"./pose_data/{source},{a},{b},{name}.npy\n" for name, (source, a, b) in rows.items())
    (folder / "index.csv").write_text("source_path,start_frame,end_frame,new_name\n" + index)
    for listing in ("train", "val", "test"):
        (folder / f"{listing}.txt").write_text("".join(f"{i}\nM{i}\n" for i in splits.get(listing, ())))
    for name, lines in texts.items():
        for prefix in ("", "M"):
            (folder / "texts" / f"{prefix}{name}.txt").write_text("\n".join(lines) + "\n")
    return folder


def check(motion, seconds, body):
    """The motion is the known function at these seconds, but for its height."""
    pose = torch.cat([motion.global_orient, motion.body_pose], -1).unflatten(-1, (22, 3)).numpy()
    assert len(motion) == len(seconds)
    np.testing.assert_allclose(pose, poses(seconds)[:, :22], atol=1e-5)
    expected = transl(seconds)
    np.testing.assert_allclose(body.transl(motion)[:, :2].numpy(), expected[:, :2], atol=1e-5)
    height = motion.pelvis[:, 2].numpy() - expected[:, 2]
    np.testing.assert_allclose(height, height[0], atol=1e-5)


# -- reading motions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rate, stride", [(120.0, 6), (100.0, 5), (60.0, 3), (250.0, 12), (59.94, 2), (20.0, 1)]
)
def test_segment_is_the_function_at_20_fps(tmp_path, body, rate, stride):
    file = write_amass(tmp_path / "a_poses.npz", rate=rate)
    motion = load(Raw("a", file, {}, start=33 / 20, end=93 / 20), body)
    # HumanML3D's frames 33 to 92 are the file's frames 33 · stride to 92 · stride
    first, last = 33 * stride / rate, 92 * stride / rate
    seconds = first + np.arange(int((last - first) * 20 + 1e-9) + 1) / 20
    assert rate in (250.0, 59.94) or len(seconds) == 60
    check(motion, seconds, body)


def test_whole_file_stands_on_the_floor(tmp_path, body):
    file = write_amass(tmp_path / "a_poses.npz", seconds=4.0)
    motion = load(Raw("a", file, {}, 0.0, 4.0), body)
    rest = body.rest_joints
    still = body.vertices(Motion(torch.zeros(1, 3), torch.zeros(1, 63), rest[:1]))
    toes_over_sole = rest[:, 1].min() - still[..., 1].min()
    torch.testing.assert_close(body.joints(motion)[:, :22, 2].min(), toes_over_sole, atol=1e-5, rtol=0)
    # one height for the whole file: a segment of it is the same motion
    part = load(Raw("b", file, {}, 1.0, 2.0), body)
    torch.testing.assert_close(part.pelvis, motion.pelvis[20:40], atol=1e-6, rtol=0)


def test_file_shorter_than_the_index_says(tmp_path, body):
    file = write_amass(tmp_path / "a_poses.npz", seconds=3.0)
    check(load(Raw("a", file, {}, 2.0, 5.0), body), 2 + np.arange(20) / 20, body)
    with pytest.raises(LabError, match="ends before a begins"):
        load(Raw("a", file, {}, 3.0, 5.0), body)


def test_broken_files(tmp_path):
    file = tmp_path / "a_poses.npz"
    with pytest.raises(LabError, match="AMASS motion not found"):
        read_amass(file)
    whole = write_amass(file, 1.0).read_bytes()
    for content in (b"", b"no zip", whole[: len(whole) // 2], whole[:2000] + bytes(2000) + whole[4000:]):
        file.write_bytes(content)
        with pytest.raises(LabError, match="is not an AMASS motion"):
            read_amass(file)
    np.savez(file, betas=np.zeros(16))  # as AMASS's shape.npz
    with pytest.raises(LabError, match="is not an AMASS motion"):
        read_amass(file)
    for changed in (
        dict(trans=np.zeros((7, 3))),
        dict(mocap_framerate=0.0),
        dict(mocap_framerate=np.nan),
        dict(poses=np.full((120, 156), np.nan)),
        dict(poses=np.zeros((120, 20))),
        dict(poses=np.array([None], dtype=object)),  # pickled: refused
    ):
        write_amass(file, 1.0, **changed)
        with pytest.raises(LabError, match="get it again"):
            read_amass(file)


# -- reading texts ---------------------------------------------------------------------------------------


def test_text_lines(tmp_path):
    lines = [
        "a person walks.#a/DET person/NOUN walk/VERB#0.0#0.0",
        " someone is walking #someone/PRON#nan#nan",
        "",
        "he stops.#he/PRON stop/VERB#2.05#4.0",
        "he stands.#he/PRON stand/VERB#2.05#4.0",
        "he turns.#he/PRON turn/VERB#0.0#1.5",
        "to the end#x/X#3.0#99.0",
        "no fields",
        "backwards#x/X#3.0#2.0",
        "after the end#x/X#9.0#10.0",
        "no number#x/X#one#2.0",
        "endless#x/X#1.0#inf",
        "#x/X#0.0#0.0",
    ]
    file = tmp_path / "t.txt"
    file.write_text("\n".join(lines))
    segments, unread = captions_of(file, 100)
    assert segments == {
        (0, 100): ["a person walks.", "someone is walking"],
        (41, 80): ["he stops.", "he stands."],
        (0, 30): ["he turns."],
        (60, 100): ["to the end"],
    }
    assert unread == [8, 9, 10, 11, 12, 13]


# -- whole folders ---------------------------------------------------------------------------------------

WHOLE = "a man walks.#a/DET#0.0#0.0"


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.delenv("LABKIT_AMASS", raising=False)
    rows = {f"{i:06}": (f"{subset}/s 1/take_poses.npy", 10, 70) for i, subset in enumerate((*TRIM, "CMU"))}
    rows["000100"] = ("humanact12/humanact12/P1.npy", 0, -1)
    splits = {
        "train": ["000000", "000001", "000100"],
        "val": ["000002"],
        "test": ["000003", "000004", "000005"],
    }
    texts = {name: [WHOLE, "a man stops.#a/DET#1.0#2.0"] for name in rows}
    return write_humanml3d(tmp_path / "hml", rows, splits, texts), tmp_path / "hml" / "amass"


def test_trimming_is_humanml3ds(data, body):
    path, amass = data
    for row in read_index(path / "index.csv"):
        if row.subset != "humanact12":
            write_amass(amass / row.subset / row.file, rate=100.0)
    raws = {raw.name: raw for raw in scan(path)}
    assert len(raws) == 12  # six motions, each whole and one segment; no mirrored ids
    frames = np.arange(1200)[::5]  # the notebook's own steps: thin out, trim, cut
    trims = {"Eyes_Japan_Dataset": 60, "MPI_HDM05": 60, "TotalCapture": 20, "MPI_Limits": 20, "CMU": 0}
    trims["Transitions_mocap"] = 10
    for raw in raws.values():
        kept = frames[trims[raw.labels["subset"]] :][10:70]
        if raw.name.endswith("_20_40"):
            kept = kept[20:40]
            assert raw.captions == ("a man stops.",)
        else:
            assert raw.captions == ("a man walks.",)
        check(load(raw, body), kept / 100, body)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_lists_that_a_spreadsheet_has_saved(data, encoding, separator):
    folder, _ = data
    expected = read_index(folder / "index.csv")
    for file in (folder / "index.csv", folder / "train.txt", *folder.glob("texts/*.txt")):
        text = file.read_text()
        file.write_text(text.replace(",", separator) if file.suffix == ".csv" else text, encoding)
    assert read_index(folder / "index.csv") == expected
    segments, unread = captions_of(folder / "texts" / "000000.txt", 100)
    assert [*segments.values()] == [["a man walks."], ["a man stops."]] and not unread


def test_splits_are_the_official_ones(data):
    path, amass = data
    for subset in (*TRIM, "CMU"):
        write_amass(amass / subset / "s 1" / "take_poses.npz", 1.0)
    of = {raw.name: raw.labels["split"] for raw in scan(path) if "_" not in raw.name}
    assert list(of.values()) == ["train", "train", "val", "test_a", "test_a", "test_a"]


def test_missing_files_are_named_and_counted(data, capsys):
    path, amass = data
    write_amass(amass / "CMU" / "s 1" / "take_poses.npz", 1.0)
    (amass / "TotalCapture").mkdir()
    (path / "train.txt").write_text("000000\n")
    (path / "texts" / "000005.txt").write_text(WHOLE + "\nbroken\n")
    found = survey(path)
    missing = amass / "TotalCapture" / "s 1" / "take_poses.npz"
    assert [raw.name for raw in found.raws] == ["000005"]
    assert found.missing == {missing: 1}
    assert found.unread == [f"{path / 'texts' / '000005.txt'}:2"]
    assert sum(found.left_out.values()) == 6
    assert found.left_out["in no split"] == 1
    assert found.left_out["AMASS's Eyes_Japan_Dataset is not there"] == 1
    assert found.left_out["HumanAct12 has no SMPL parameters"] == 1
    scan(path)
    out = capsys.readouterr().out
    assert str(missing) in out and "000005.txt:2" in out and "1 motions left out: in no split" in out


def test_smplx_files_are_called_by_their_name(data, capsys):
    path, amass = data
    for subset in (*TRIM, "CMU"):
        write_amass(amass / subset / "s 1" / "take_stageii.npz", 1.0, mocap_frame_rate=120.0)
    with pytest.raises(LabError, match="no AMASS motion"):
        scan(path)
    out = capsys.readouterr().out
    assert "1 motions left out: AMASS's CMU is there as SMPL-X files (…_stageii.npz): take 'SMPL+H G'" in out
    assert "no /" not in out
    with pytest.raises(LabError, match="take_stageii.npz is of AMASS's SMPL-X files: take 'SMPL.H G'"):
        read_amass(amass / "CMU" / "s 1" / "take_stageii.npz")


def test_long_lists_are_summarised(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("LABKIT_AMASS", raising=False)
    names = [f"{i:06}" for i in range(40)]
    rows = {name: (f"CMU/1/{name}_poses.npy", 0, 60) for name in names}
    write_humanml3d(tmp_path, rows, {"train": names}, {name: [WHOLE, "broken"] for name in names})
    write_amass(tmp_path / "amass" / "CMU" / "1" / "000000_poses.npz", 4.0)
    scan(tmp_path)
    out = capsys.readouterr().out.splitlines()
    assert len(out) < 10 and any("34 others" in line for line in out)


@pytest.mark.parametrize(
    "theirs, ours",
    [
        ("BioMotionLab_NTroje", "BMLrub"),
        ("MPI_HDM05", "HDM05"),
        ("SSM_synced", "SSM"),
        ("DFaust_67", "DFaust"),
        ("DFaust_67", "DFaust67"),
        ("Transitions_mocap", "Transitions"),
        ("MPI_Limits", "PosePrior"),
        ("MPI_mosh", "MoSh"),
        ("Eyes_Japan_Dataset", "EyesJapanDataset/Eyes_Japan_Dataset"),
        ("KIT", "KIT"),
    ],
)
@pytest.mark.parametrize("form", ["below", "beside", "repository", "environment"])
def test_folder_forms_and_subset_names(tmp_path, monkeypatch, theirs, ours, form):
    monkeypatch.delenv("LABKIT_AMASS", raising=False)
    inner = tmp_path / "hml" / "HumanML3D" if form == "repository" else tmp_path / "hml"
    write_humanml3d(
        inner, {"000007": (f"{theirs}/1/x_poses.npy", 0, 20)}, {"val": ["000007"]}, {"000007": [WHOLE]}
    )
    path = tmp_path / "hml"
    if form == "repository":
        (inner / "index.csv").rename(path / "index.csv")
    amass = {"below": path / "amass", "repository": path / "amass_data", "beside": path}.get(
        form, tmp_path / "am"
    )
    if form == "environment":
        monkeypatch.setenv("LABKIT_AMASS", str(amass))
    file = write_amass(amass / ours / "1" / "x_poses.npz", 1.0)
    (raw,) = scan(path)
    assert (raw.name, raw.file, raw.labels) == ("000007", file, {"subset": theirs, "split": "val"})
    trim = TRIM.get(theirs, 0.0)
    assert (raw.start, raw.end) == (trim, trim + 1.0)


def test_what_a_user_may_have_forgotten(data):
    path, _ = data
    with pytest.raises(LabError, match="no AMASS motion.*SMPL.H G.*LABKIT_AMASS"):
        scan(path)
    (path / "index.csv").write_text("a,b\n1,2\n")
    with pytest.raises(LabError, match="is not HumanML3D's index.csv"):
        scan(path)
    (path / "val.txt").unlink()
    with pytest.raises(LabError, match="HumanML3D's split not found: .*val.txt"):
        scan(path)
    (path / "texts").rename(path / "other")
    with pytest.raises(LabError, match="no HumanML3D captions in .*texts: unzip texts.zip"):
        scan(path)


# -- the published index ---------------------------------------------------------------------------------


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data/humanml3d")
def test_published_index_and_splits():
    rows = read_index(SHARED / "index.csv")
    names = {row.name for row in rows}
    assert len(rows) == len(names) == 14616
    assert sum(row.subset == "humanact12" for row in rows) == 1191
    assert all(0 <= row.start < row.end for row in rows if row.subset != "humanact12")
    listed = [(SHARED / "HumanML3D" / f"{s}.txt").read_text().split() for s in humanml3d.SPLITS]
    base = [{name for name in split if not name.startswith("M")} for split in listed]
    assert [len(split) for split in listed] == [23384, 1460, 4384]  # half of them mirrored
    assert [len(split & names) for split in base] == [11692, 730, 2192]
    assert sum(map(len, base)) == len(set.union(*base))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data/humanml3d")
def test_published_sample_fits_the_index():
    """HumanML3D's own joints of a motion have as many frames as its rows say, less one for the velocity."""
    (row,) = (row for row in read_index(SHARED / "index.csv") if row.name == "012314")
    joints = np.load(SHARED / "HumanML3D" / "new_joints" / "012314.npy")
    assert len(joints) == row.end - row.start - 1
