import numpy as np
import pytest

from labkit.metrics.actions import ACTIONS
from labkit.motion import Motion
from labkit.store import Clip, write_store
from tools import confusion
from tools.confusion import LABELS, label_of, recording


def test_labels_name_actions_that_there_are():
    named = {name for label in LABELS for name in label.shows | label.may}
    assert named <= set(ACTIONS)
    assert len({label.name for label in LABELS}) == len(LABELS)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("walk-turn-left", "walk, turn left"), ("walk, 90-degree right turn", "walk, turn right"),
        ("run turn left 135 degrees", "run and turn"), ("crawl backwards", "crawl"),
        ("walk backwards stop forwards", "to and fro"), ("Jump", "jumps, some wide"), ("jump", "jump"),
        ("wave-both-hands", "wave both hands"), ("walk", "walk"), ("walk like a zombie", "zombie"),
    ],
)  # fmt: skip
def test_the_first_label_that_fits_counts(content, expected):
    assert label_of(content).name == expected


def test_no_label_fits():
    assert label_of("plays the violin") is None


def test_recordings_of_pieces():
    names = ["16_01", "16_01_0", "16_01-24_10"]
    clips = [Clip(name, None, (), {"trial": "16_01"}) for name in names]
    assert {recording(clip) for clip in clips} == {"16_01"}
    found = {"dataset-1_bow_old_001": "dataset-1_bow_old_001", "humanoid3d_walk0_12": "humanoid3d_walk0"}
    assert {name: recording(Clip(name, None, (), {})) for name in found} == found


def standing(body, right_arm_up: bool, frames: int = 30) -> Motion:
    """The rest pose stood up, arms hanging, one of them raised at half time."""
    pose = np.zeros((frames, 21, 3))
    pose[:, 15], pose[:, 16] = [0, 0, -1.4], [0, 0, 1.4]  # left and right shoulder, from the T-pose
    if right_arm_up:
        pose[frames // 2 :, 16] = [0, 0, -1.2]
    upright = np.tile([np.pi / 2, 0, 0], (frames, 1))
    pelvis = np.tile([0, 0, float(body.rest_joints[0, 1] - body.sole)], (frames, 1))
    return Motion(*(x.reshape(frames, -1).astype(np.float32) for x in (upright, pose, pelvis)))


def test_the_table(lab, body, capsys):
    """Raised hands, one in the second piece of a recording, one label wrong; and bodies that only stand.

    Clips shorter than a second and those of unknown labels do not count.
    """
    raises, stands = standing(body, True), standing(body, False)
    clips = [
        ("a", raises, "raise-up-right-hand"),
        ("b_0", stands, "raise-up-right-hand"),
        ("b_1", raises, "raise-up-right-hand"),
        ("c", stands, "raise-up-right-hand"),
        ("d", stands, "bow"),
        ("e", raises, "bow"),
        ("f", stands, "stand"),
        ("g", standing(body, True, 19), "bow"),
        ("h", raises, "plays the violin"),
    ]
    clips = [Clip(name, motion, ("moves",), {"content": content}) for name, motion, content in clips]
    write_store(lab.parent / "labelled.npz", clips, {})
    assert confusion.main(["--sources", str(lab.parent / "labelled.npz")]) == 0
    title, unknown, _, *lines = capsys.readouterr().out.splitlines()
    assert title == "7 clips, 6 recordings, 3 labels." and unknown.endswith("other labels: plays the violin.")
    rows = {line[:24].strip(): line[24:].split(maxsplit=6) for line in lines}
    assert list(rows) == list(ACTIONS)
    # of it: a and b; of others: 1 of 3 clips, 1/2 of bows and 0 of stands
    assert rows["raise hand right"] == ["2", "of", "3", "33.3%", "25.0%", "–", "bow 50%"]
    assert rows["stand still"] == ["1", "of", "1", "50.0%", "50.0%", "50%", "raise right hand 50%"]
    assert rows["cartwheel"] == ["–", "0.0%", "0.0%", "–", "–"]


def test_nothing_known(lab, body, capsys):
    clips = [Clip("h", standing(body, True), ("moves",), {"content": "plays the violin"})]
    write_store(lab.parent / "labelled.npz", clips, {})
    assert confusion.main(["--sources", str(lab.parent / "labelled.npz")]) == 1
    assert "no clips of known labels" in capsys.readouterr().err
