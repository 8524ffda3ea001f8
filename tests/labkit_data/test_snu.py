"""The SNU source: its three skeletons, and real recordings where they are."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from dialects import as_amc, as_bvh, as_source, check_walker, walker
from scipy.spatial.transform import Rotation
from test_cmu import check, unpack, walks_forwards
from test_t_pose import arms

from labkit.motion import JOINT_INDEX, JOINT_NAMES
from labkit.paths import LabError
from labkit_data.pipeline import Raw
from labkit_data.sources import snu

T_POSED = {joint: (source, np.eye(3)) for joint, source in snu.T_POSED.items()}
INCH = 1 / 0.0254


@pytest.mark.parametrize(
    "table, unit", [(T_POSED, 100), (T_POSED, INCH), (snu.BALL_PLAYER, 100), (snu.FIGHTER, 100)]
)
def test_each_skeleton(tmp_path, body, table, unit):
    as_bvh(tmp_path / "s_001_1_1.bvh", as_source(walker(), body, table, unit))
    (raw,) = snu.scan(tmp_path)
    check_walker(snu.load(raw, body), body)


def test_a_dancer_whose_rest_pose_is_bent(tmp_path, body, monkeypatch):
    """Hips x up, y forward; thighs forwards, shins back, feet down; elbows bent: that determines the axes."""
    upwards = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0.0]])
    bends = dict(hip=("x", -20), knee=("x", 40), ankle=("x", 25), foot=("x", 25))
    table = {}
    for joint, source in snu.DANCER.items():
        side, _, part = joint.rpartition("_")
        sign = -1 if side == "right" else 1
        axis, degrees = bends.get(part, ("x", 0))
        turn = Rotation.from_euler(axis, degrees, degrees=True)
        if part in ("shoulder", "elbow", "wrist"):  # hanging, the forearm forwards
            turn = Rotation.from_euler("z", -sign * 70, degrees=True)
            if part != "shoulder":
                turn = turn * Rotation.from_euler("y", -sign * 60, degrees=True)
        table[joint] = source, (turn.inv().as_matrix()) @ upwards
    rest = dict(zip(JOINT_NAMES, body.rest_joints.numpy()))
    foot = rest["left_foot"] - rest["left_ankle"]  # its skeleton's foot, not that of the lab's dancer
    monkeypatch.setattr(snu, "FLAT", np.degrees(np.arctan2(-foot[1], np.hypot(foot[0], foot[2]))))
    animation = as_source(walker(61, fps=30), body, table, 1.0, 30)
    as_amc(tmp_path / "cs04_f.asf", tmp_path / "B_boy_4.amc", animation)
    (raw,) = snu.scan(tmp_path)
    check_walker(snu.load(raw, body), body, lean=4, sole=10)


def test_strange_skeletons_are_refused(tmp_path, body):
    for names in ("Hips", "LeftLeg"):
        table = {joint: (names if joint.endswith("hip") else joint, np.eye(3)) for joint in T_POSED}
        table["left_knee"] = (names, np.eye(3))
        as_bvh(tmp_path / "tennis_1.bvh", as_source(walker(), body, table, 100))
        with pytest.raises(
            LabError,
            match="tennis_1.bvh: .*(another skeleton|not a skeleton)",
        ):
            snu.load(Raw("tennis_1", tmp_path / "tennis_1.bvh", {}), body)


def test_the_floor_is_where_people_stand(tmp_path, body):
    """Not where feet are, lower, while somebody is down for most of the time."""
    motion = arms(150 * [80.0])
    low = 0.25 * (torch.arange(150) > 40).float()[:, None]
    motion = replace(motion, pelvis=motion.pelvis - low * torch.tensor([0, 0, 1.0]))
    as_bvh(tmp_path / "s_001_1_1.bvh", as_source(motion, body, snu.FIGHTER, 100))
    landed = snu.load(Raw("s_001_1_1", tmp_path / "s_001_1_1.bvh", {}), body)
    assert abs(body.vertices(landed[5:6])[..., 2].min()) < 0.005


def test_a_file_with_nothing_but_a_t_pose(tmp_path, body):
    as_bvh(tmp_path / "s_001_1_1.bvh", as_source(arms(30 * [0.0]), body, snu.FIGHTER, 100))
    with pytest.raises(LabError, match="nothing but a T-pose"):
        snu.load(Raw("s_001_1_1", tmp_path / "s_001_1_1.bvh", {}), body)


def test_what_files_show(tmp_path):
    stems = "wd2_Physics_Raise00 wd2_Physics_Raise03 wd2_PushBack00 s_004_1_1 s_005_1_1 t_pose_VSports "
    for stem in (stems + "boxing_boxman_stand_dir_hook_left_near").split():
        (tmp_path / f"{stem}.bvh").touch()
    assert {raw.name: raw.labels["description"] for raw in snu.scan(tmp_path)} == {
        "wd2_Physics_Raise00": "lie down on the stomach, get up",
        "wd2_Physics_Raise03": "get up from lying on the back",
        "s_004_1_1": "basketball",
        "s_005_1_1": "martial arts",
        "boxing_boxman_stand_dir_hook_left_near": "boxing hook left",
    }


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> dict[str, Raw]:
    wanted = {
        "wd2_WalkLean00.bvh",
        "boxing_boxman_stand_dir_upper_left.bvh",
        "s_005_1_1.bvh",
        "s_004_1_1.bvh",
        "cs04_f.asf",
        "B_boy_7_walking.amc",
    }
    folder = unpack("snu-mrl.tar.xz", wanted, tmp_path_factory.mktemp("snu"))
    return {raw.name: raw for raw in snu.scan(folder)}


def test_a_real_walk(real, body):
    raw = real["wd2_WalkLean00"]
    motion = snu.load(raw, body)
    check(motion, snu.read_snu(raw.file), snu.T_POSED, body)
    assert walks_forwards(motion)


def test_a_real_dancer(real, body):
    raw = real["B_boy_7_walking"]
    animation = snu.read_dancer(raw.file)
    motion = snu.load(raw, body)
    check(motion, animation, snu.DANCER, body)
    assert len(motion) == pytest.approx(20 * 22.6, abs=2)  # 30 frames a second, not CMU's 120
    assert (body.joints(motion)[:, JOINT_INDEX["head"], 2] > 1.2).all()


@pytest.mark.parametrize("name", ["boxing_boxman_stand_dir_upper_left", "s_005_1_1", "s_004_1_1"])
def test_real_bodies_stand_on_their_feet(real, body, name):
    """At the beginning, when they have lowered their arms from the T-pose."""
    joints = dict(zip(JOINT_NAMES, body.joints(snu.load(real[name], body))[:2].unbind(dim=1)))
    for side in ("left", "right"):
        assert (joints[f"{side}_wrist"][:, 2] < joints[f"{side}_shoulder"][:, 2]).all()
        foot = joints[f"{side}_foot"] - joints[f"{side}_ankle"]
        hips = joints["left_hip"] - joints["right_hip"]
        assert (
            foot[:, 0] * hips[:, 1] - foot[:, 1] * hips[:, 0] > 0
        ).all()  # toes before the hips, not behind
    assert (joints["head"][:, 2] > 1.3).all()


def test_the_left_hand_boxes(real, body):
    joints = body.joints(snu.load(real["boxing_boxman_stand_dir_upper_left"], body))
    pelvis = joints[:, :1]
    speed = (joints - pelvis).diff(dim=0).norm(dim=-1) * 20
    left, right = (speed[:, JOINT_INDEX[f"{side}_wrist"]] for side in ("left", "right"))
    assert (left > 4).sum() > 3 * (right > 4).sum()
