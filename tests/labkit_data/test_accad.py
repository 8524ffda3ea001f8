"""The ACCAD source: names of files, a skeleton like Male1's, and real clips where they are."""

import json

import numpy as np
import pytest
import torch
from dialects import as_bvh, as_source, check_walker, walker
from test_cmu import check, unpack, walks_forwards

from labkit.motion import JOINT_INDEX, heading
from labkit_data.formats.bvh import read_bvh
from labkit_data.sources import accad


@pytest.mark.parametrize(
    "stem, content, take",
    [
        ("Female1_B12_WalkTurnRight90", "walk turn right 90 degrees", "1"),
        ("Female1_A03_SwingT2", "swing", "2"),
        ("Female1_B21_S2_PutDownBoxToWalk", "put down box to walk", "1"),
        ("Female1_B03_Walk1", "walk", "1"),
        ("Female1_C07_RunBackwards", "run backwards", "1"),
        ("Female1_D5_RandomStuff2", "random stuff 2", "1"),
        ("Male1_A15_SkipToStand_Take_001", "skip to stand", "1"),
        ("Male1_B5_WalkBackToStand", "walk backwards to stand", "1"),
        ("Male1_B9_WalkToTurnLeft90", "walk turn left 90 degrees", "1"),
        ("Male1_B16_WalkTrunChange", "walk turn change direction", "1"),
        ("Male1_B17_Walk2Hop2Walk", "walk to hop to walk", "1"),
        ("Male1_B19_WalkToPickUpBox_Working", "walk to pick up box", "1"),
        ("Male1_C21_RunToPickupBox", "run to pick up box", "1"),
    ],
)
def test_labels(stem, content, take):
    labels = accad.labels(stem)
    assert labels["content"] == labels["description"] == content
    assert labels["take"] == take
    assert labels["subject"] == stem.split("_")[0]


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


def test_each_subject_has_sentences_of_its_own(tmp_path):
    """Crowd-written ones, by AMASS's names; Male1's lying down is not the take that was described."""
    recordings = {
        "Female1General_c3d/A5 - pick up box": "she",
        "Male1General_c3d/General A5 - Pick Up Box": "he",
        "Male1General_c3d/General A9 -   Lie (forward)": "other take",
    }
    entries = {
        str(i): dict(path=f"ACCAD/{key}_poses", duration=3.0, annotations=[dict(text=said)])
        for i, (key, said) in enumerate(recordings.items())
    }
    (tmp_path / "kitml_annotations.json").write_text(json.dumps(entries))
    for stem in ("Female1_A05_PickUpBox", "Male1_A5_PickUpBox", "Male1_A9_LieDown"):
        (tmp_path / f"{stem}.bvh").write_text("MOTION\nFrames: 90\nFrame Time: 0.033333\n")
    assert {raw.name: raw.captions for raw in accad.scan(tmp_path)} == {
        "Female1_A05_PickUpBox": ("she",),
        "Male1_A5_PickUpBox": ("he",),
        "Male1_A9_LieDown": (),
    }


def test_male1s_axes(tmp_path, body):
    as_bvh(tmp_path / "Male1_B3_Walk.bvh", as_source(walker(), body, accad.MALE1, 100))
    (raw,) = accad.scan(tmp_path)
    check_walker(accad.load(raw, body), body)


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


@pytest.fixture(scope="module")
def male1(tmp_path_factory):
    wanted = {"Male1_B3_Walk.bvh", "Male1_B22_SideStepLeft.bvh"}
    folder = unpack("accad-male1.tar.xz", wanted, tmp_path_factory.mktemp("male1"))
    return {raw.name: raw for raw in accad.scan(folder)}


def test_a_real_walk_of_male1(male1, body):
    raw = male1["Male1_B3_Walk"]
    motion = accad.load(raw, body)
    mapping = {joint: source for joint, (source, _) in accad.MALE1.items()}
    check(motion, read_bvh(raw.file, 0.01), mapping, body, hips=0.5)  # a bit askew in the skeleton
    assert walks_forwards(motion)
    # upright: neither the torso nor the head as in the file's zero pose, which lies folded
    joints = body.joints(motion)
    for joint in ("neck", "head"):
        up = joints[:, JOINT_INDEX[joint]] - joints[:, 0]
        assert (up[:, 2] / up.norm(dim=-1)).min() > np.cos(np.radians(15))


def test_male1s_left_is_left(male1, body):
    motion = accad.load(male1["Male1_B22_SideStepLeft"], body)
    alpha = heading(motion.rotations()[:, 0])[1:]
    to_left = torch.stack([alpha.cos(), alpha.sin()], dim=-1)
    assert 0.5 < (motion.pelvis[:, :2].diff(dim=0) * to_left).sum() < 1.2
