"""What CMU, ACCAD and DeepMimic share: sentences, pieces, the floor, the torso."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from labkit.motion import JOINT_NAMES, UPRIGHT, Motion
from labkit.paths import LabError
from labkit_data import mocap, timing
from labkit_data.formats.animation import Animation
from labkit_data.pipeline import Raw
from labkit_data.retarget import retarget
from labkit_data.timing import Span


@pytest.fixture
def folder(tmp_path):
    """A folder with HumanML3D's and KIT-ML's files beside the recordings."""
    captions = tmp_path / "captions"
    (captions / "humanml3d").mkdir(parents=True)
    (captions / "humanml3d" / "index.csv").write_text(
        "source_path,start_frame,end_frame,new_name\n"
        "./pose_data/CMU/16/16_15_poses.npy,0,76,000001.npy\n"
        "./pose_data/CMU/01/01_01_poses.npy,20,220,000002.npy\n"
        "./pose_data/CMU/01/01_01_poses.npy,300,420,000003.npy\n"
        "./pose_data/CMU/02/02_01_poses.npy,0,50,000004.npy\n"
        "./pose_data/CMU/75/75_09_poses.npy,0,124,000005.npy\n"
        "./pose_data/CMU/88/88_08_poses.npy,0,97,000006.npy\n"
    )
    said = {"000001": ["walks"], "M000001": ["klaws"], "000002": ["hops", "jumps"], "000003": ["turns"]}
    said = {name: [dict(caption=text, src="x") for text in texts] for name, texts in said.items()}
    # whole seconds were marked by the annotators; other numbers were filled in by who gathered the sentences
    spans = [("skips", 0.0, 6.14), ("hops around", 3.0, 6.0), ("jumps up", 0.0, 1.66), ("jumps", 1.0, 6.2)]
    said["000005"] = [dict(caption=text, start=a, end=b, src="x") for text, a, b in spans]
    (captions / "humanml3d_captions.json").write_text(json.dumps(said))
    entries = [("CMU/16/16_15_poses", 3.8, "A human walks."), ("CMU/01/01_02_poses", 36.0, "A long story.")]
    (captions / "kitml_annotations.json").write_text(
        json.dumps(
            {
                str(i): dict(path=path, duration=time, annotations=[dict(text=text, start=0.0, end=time)])
                for i, (path, time, text) in enumerate(entries)
            }
        )
    )
    return tmp_path


def described(path: Path, key: str, end: float, start: float = 0.0, fps: float = 120.0, **about) -> list[Raw]:
    """What becomes of one file that holds these seconds of its recording."""
    raw = Raw(Path(key).name, Path(key).with_suffix(".amc"), {})
    return mocap.captioned([(raw, key)], mocap.read_sentences(path), lambda _: Span(start, end, fps), **about)


def test_sentences_of_whole_recordings(folder):
    [raw] = described(folder, "CMU/16/16_15", 3.8)
    assert (raw.name, raw.start, raw.end, raw.warnings) == ("16_15", 0.0, None, ())
    assert sorted(raw.captions) == ["A human walks.", "walks"]
    # a sentence on 36 s is true of none of the pieces of at most 10 s
    assert described(folder, "CMU/01/01_02", 36.0)[0].captions == ()
    assert described(folder, "CMU/02/02_01", 2.5)[0].captions == ()  # in no caption file


def test_sentences_on_a_part(folder):
    """Parts that annotators marked are clips of their own; whoever marked nearly all of it meant all."""
    whole, part = described(folder, "CMU/75/75_09", 6.2)
    assert (whole.name, whole.start, whole.end) == ("75_09", 0.0, None)
    assert whole.captions == ("skips", "jumps up", "jumps")
    assert (part.start, part.end, part.captions) == (3.0, 6.0, ("hops around",))
    assert part.name != whole.name


def test_nothing_is_said_of_less_than_half_of_a_recording(folder):
    """118_05 is a window of 2 s of a jump that takes 6: of standing, before it."""
    assert described(folder, "CMU/16/16_15", 2.0)[0].captions
    assert described(folder, "CMU/16/16_15", 1.8)[0].captions == ()
    assert described(folder, "CMU/16/16_15", 3.8, start=2.0)[0].captions == ()


def test_lengths_that_are_known(folder):
    lengths = mocap.read_sentences(folder).lengths
    assert lengths["CMU/16/16_15"] == (3.8, True)  # by KIT-ML
    assert lengths["CMU/02/02_01"] == (2.5, True) and lengths["CMU/01/01_01"] == (21.0, False)  # by the index
    assert lengths["CMU/01/01_02"] == (36.0, True)


def test_a_file_that_starts_late_keeps_the_time_of_its_recording(folder):
    """Pieces lie where people saw them, not where the file's first frame lies."""
    raws = {(raw.start, raw.end): raw.captions for raw in described(folder, "CMU/01/01_01", 21.5, start=1.25)}
    assert raws == {(1.25, 11.0): ("hops", "jumps"), (11.0, 15.0): (), (15.0, 21.0): ("turns",)}


def test_a_file_at_double_speed_is_stretched(folder):
    [raw] = described(folder, "CMU/88/88_08", 2.4, fps=30)  # determined by its length
    assert raw.stretch == 2 and [kind for kind, _ in raw.warnings] == [timing.HALF_RATE]
    # the session is known; only files that were taken for 120 Hz play too fast
    for fps, stretch in ((120, 2), (60, 1)):
        [raw] = described(folder, "CMU/62/62_03", 5.0, fps=fps, half_rate={"CMU/62"})
        assert raw.stretch == stretch
    # pieces are pieces of the recording, not of the file
    raws = described(folder, "CMU/01/01_01", 11.0, half_rate={"CMU/01"})
    assert [(raw.start, raw.end) for raw in raws] == [(0, 1), (1, 11), (11, 15), (15, 21), (21, 22)]
    assert {raw.stretch for raw in raws} == {2}


@pytest.mark.parametrize("last", [22.9, 21.5, 15.4])
def test_pieces_cover_the_recording_once(folder, last):
    raws = described(folder, "CMU/01/01_01", last)
    assert bool(raws[0].warnings) == (last < 20)  # and not stretched to twice the length of the piece
    spans = {(raw.start, raw.end): raw.captions for raw in raws}
    assert spans[1.0, 11.0] == ("hops", "jumps")
    assert ((15.0, 21.0) in spans) == (last > 21)
    if last > 21:
        assert spans[15.0, 21.0] == ("turns",)
    edges = sorted(spans)
    assert all(a[1] <= b[0] for a, b in zip(edges, edges[1:]))
    assert all(end - start >= mocap.MIN_SECONDS for start, end in edges)
    covered = sum(end - start for start, end in edges)
    assert last - mocap.MIN_SECONDS < covered <= last
    assert len({raw.name for raw in raws}) == len(raws)


def test_nothing_is_said_where_nothing_is_known(tmp_path):
    assert described(tmp_path, "CMU/16/16_15", 3.8) == [Raw("16_15", Path("CMU/16/16_15.amc"), {})]


def test_broken_captions_are_named(tmp_path):
    (tmp_path / "kitml_annotations.json").write_text("{")
    with pytest.raises(LabError, match="kitml_annotations.json is not JSON"):
        mocap.read_sentences(tmp_path)


@pytest.mark.parametrize("name", ["kitml_annotations.json", "cmu_motion_labels.json"])
@pytest.mark.parametrize("content", ["[]", '{"1": 3}', '{"1": {"path": "CMU/01/01_01", "duration": 3}}'])
def test_captions_laid_out_in_another_way_are_named(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(LabError, match=f"{name} is laid out in another way"):
        mocap.read_sentences(tmp_path)


def test_a_broken_recording_does_not_cost_the_others(folder):
    def broken(file):
        raise LabError(f"{file} is cut short")

    raw = Raw("01_01", Path("01_01.bvh"), {})
    assert mocap.captioned([(raw, "CMU/01/01_01")], mocap.read_sentences(folder), broken) == [raw]


def test_a_piece(random_motion):
    motion = random_motion(0, 100)
    piece = mocap.piece(motion, Raw("a", Path("a"), {}, 1.0, 2.5), 0.0)
    torch.testing.assert_close(piece.pelvis, motion.pelvis[20:50])
    late = mocap.piece(motion, Raw("a", Path("a"), {}, 1.0, 2.5), 0.5)  # its first frame is 0.5 s in
    torch.testing.assert_close(late.pelvis, motion.pelvis[10:40])
    assert len(mocap.piece(motion, Raw("a", Path("a"), {}), 3.0)) == 100
    assert len(mocap.piece(motion, Raw("a", Path("a"), {}, 1.0, 4.0), 3.0)) == 20
    for start, end, time in ((5.0, 6.0, 0.0), (1.0, 2.0, 3.0)):
        with pytest.raises(LabError, match="does not hold a"):
            mocap.piece(motion, Raw("a", Path("a"), {}, start, end), time)


def test_a_standing_body_stands_on_the_floor(body):
    still = Motion(torch.zeros(30, 3), torch.zeros(30, 63), torch.rand(1, 3).expand(30, 3))
    upright = Motion.from_rotations(UPRIGHT @ still.rotations()[:, :1], still.pelvis)
    still = Motion(upright.global_orient, still.body_pose, still.pelvis)
    landed = mocap.on_floor(still, body)
    assert abs(body.vertices(landed[:1])[..., 2].min()) < 1e-4
    torch.testing.assert_close(landed.pelvis[:, :2], still.pelvis[:, :2])


def test_a_jump_does_not_move_the_floor(body):
    """At whatever height the file has it, and however long it is in the air."""
    height = torch.cat([torch.zeros(20), torch.linspace(0, 1, 30), torch.zeros(20), torch.full((2,), -0.05)])
    pelvis = torch.stack([0 * height, 0 * height, height + 5.0], dim=-1)
    orient = Motion.from_rotations(UPRIGHT.expand(72, 1, 3, 3), pelvis).global_orient
    landed = mocap.on_floor(Motion(orient, torch.zeros(72, 63), pelvis), body)
    assert abs(body.vertices(landed[5:6])[..., 2].min()) < 1e-4


def test_align_torso_keeps_the_lean_of_the_source(body):
    """A skeleton that bows by 10° at rest stands, on our body, with shoulders over hips as far forwards."""
    names = ["pelvis", "spine1", "spine2", "spine3", "left_shoulder", "right_shoulder"]
    limbs = ["left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"]
    parents = [-1, 0, 1, 2, 3, 3, 0, 0, 6, 7, 8, 9]
    bow, up = np.array([0, np.cos(np.radians(10)), np.sin(np.radians(10))]), np.array([0, -0.4, 0])
    places = [0 * bow, 0.1 * bow, 0.2 * bow, 0.1 * bow, 0.1 * bow + [0.2, 0, 0], 0.1 * bow - [0.2, 0, 0]]
    places += [np.array([0.1, 0, 0]), np.array([-0.1, 0, 0]), up, up, up, up]
    turns = np.tile(np.eye(3), (20, 12, 1, 1))
    source = Animation(names + limbs, parents, np.array(places), turns, np.zeros((20, 3)), 20.0)
    plain = {name: (name, np.eye(3)) for name in names + limbs}
    table = mocap.align_torso(source, plain, body)

    def lean(table) -> float:
        joints = body.joints(retarget(source, table, body, 0.0))[0]
        at = {name: joints[j] for j, name in enumerate(JOINT_NAMES)}
        way = at["left_shoulder"] + at["right_shoulder"] - at["left_hip"] - at["right_hip"]
        return float(torch.atan2(-way[1], way[2]).rad2deg())  # forwards is -Y

    # What lies below spine1 stays as it is: the spine alone turns, by the difference.
    rest = dict(zip(JOINT_NAMES, body.rest_joints.numpy()))
    middle = {
        joint: (rest[f"left_{joint}"] + rest[f"right_{joint}"])[1:] / 2 for joint in ("hip", "shoulder")
    }
    whole, spine = middle["shoulder"] - middle["hip"], middle["shoulder"] - rest["spine1"][1:]
    turn = np.radians(10) - np.arctan2(whole[1], whole[0])
    bent = spine @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]  # (up, forwards)
    up, forwards = whole - spine + bent
    assert abs(lean(table) - np.degrees(np.arctan2(forwards, up))) < 0.01
    assert lean(plain) < 3 < 7 < lean(table) <= 10
    unchanged = [name for name in table if not name.startswith("spine")]
    assert all(np.array_equal(table[name][1], plain[name][1]) for name in unchanged)
