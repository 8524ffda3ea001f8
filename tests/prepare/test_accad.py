"""The ACCAD source: names of files, and two real clips where they are."""

import pytest
from test_cmu import check, unpack, walks_forwards

from labkit.motion import heading
from labkit.prepare import accad
from labkit.prepare.bvh import read_bvh


@pytest.mark.parametrize(
    "stem, content, take",
    [
        ("Female1_B12_WalkTurnRight90", "walk turn right 90 degrees", "1"),
        ("Female1_A03_SwingT2", "swing", "2"),
        ("Female1_B21_S2_PutDownBoxToWalk", "put down box to walk", "1"),
        ("Female1_B03_Walk1", "walk", "1"),
        ("Female1_C07_RunBackwards", "run backwards", "1"),
    ],
)
def test_labels(stem, content, take):
    labels = accad.labels(stem)
    assert labels["content"] == labels["description"] == content
    assert labels["take"] == take


@pytest.mark.parametrize(
    "amass, stem",
    [
        ("B13 - walk turn right (45)", "B13_WalkTurnRight45"),
        ("C7 -  run backwards", "C07_RunBackwards"),
        ("A6- lift box t2", "A06_LiftBoxT2"),
        ("D2 - Wait 1", "D2_Wait"),
        ("B21 s2 - put down box to walk", "B21_S2_PutDownBoxToWalk"),
    ],
)
def test_scenes_meet_amass(amass, stem):
    assert accad.scene(amass) == accad.scene(stem)


def test_scenes_differ():
    names = [
        "A03_Swing",
        "A03_SwingT2",
        "B21_PutDownBoxToWalk",
        "B21_S2_PutDownBoxToWalk",
        "B10_WalkTurnLeft45",
    ]
    assert len({accad.scene(name) for name in names}) == len(names)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    wanted = {"Female1_B03_Walk1.bvh", "Female1_B09_WalkTurnLeft90.bvh"}
    return {
        raw.name: raw for raw in accad.scan(unpack("accad.tar.xz", wanted, tmp_path_factory.mktemp("accad")))
    }


def test_a_real_walk(clips, body):
    raw = clips["Female1_B03_Walk1"]
    motion = accad.load(raw, body)
    check(motion, read_bvh(raw.file, 0.01), accad.MAPPING, body)
    assert walks_forwards(motion)


def test_left_is_left(clips, body):
    alpha = heading(accad.load(clips["Female1_B09_WalkTurnLeft90"], body).rotations()[:, 0]).rad2deg()
    assert 60 < alpha[-1] - alpha[0] < 120  # counterclockwise, seen from above
