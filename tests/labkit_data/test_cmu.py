"""The CMU source: on skeletons with the joint names of each conversion, and on real trials where they are."""

import json
import re
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from test_bvh import Joint, write_bvh

from labkit.motion import JOINT_INDEX, JOINT_NAMES, UPRIGHT, Motion, heading
from labkit.paths import LabError
from labkit_data import timing
from labkit_data.formats.animation import Animation
from labkit_data.formats.asfamc import read_asf_amc
from labkit_data.pipeline import Raw, _prepare_clip
from labkit_data.retarget import leg_ratio, resample, zero_pose_table
from labkit_data.sources import cmu

SPREAD = 20  # degrees: CMU's zero pose stands with its legs apart, and tilts the feet with them
UNITS = [0.45 / 0.0254, 0.45 / 0.0254, 0.45 / 0.0254, 1.0, 100.0]  # a metre in the files of cmu.ZERO_POSE
LEG = 0.8  # metres, hip to ankle, of the skeletons written here

# SMPL's names of the joints, parent and place in metres, in the order of a file: depth first.
_T_POSE = [("pelvis", -1, (0, 0, 0)), ("spine1", 0, (0, 0.1, 0)), ("spine2", 1, (0, 0.1, 0))]
_T_POSE += [("spine3", 2, (0, 0.1, 0)), ("neck", 3, (0, 0.2, 0)), ("head", 4, (0, 0.1, 0))]
for _side, _x in (("left", 0.1), ("right", -0.1)):
    _arm = [("collar", 3, (_x, 0.1, 0)), ("shoulder", None, (_x, 0, 0))]
    _arm += [("elbow", None, (2 * _x, 0, 0)), ("wrist", None, (2 * _x, 0, 0))]
    for _name, _parent, _place in _arm:
        _T_POSE.append((f"{_side}_{_name}", _parent or len(_T_POSE) - 1, _place))
for _side, _x in (("left", 0.1), ("right", -0.1)):
    _tilt = np.radians(np.sign(_x) * SPREAD)
    _down = np.array([np.sin(_tilt), -np.cos(_tilt), 0])
    _T_POSE.append((f"{_side}_hip", 0, (_x, 0, 0)))
    for _name, _place in (("knee", LEG / 2 * _down), ("ankle", LEG / 2 * _down), ("foot", 0.05 * _down)):
        _place = _place + [0, 0, 0.15 * (_name == "foot")]
        _T_POSE.append((f"{_side}_{_name}", len(_T_POSE) - 1, tuple(_place.tolist())))


def write_clip(path: Path, mapping: dict[str, str], unit: float, t_pose: int = 0) -> None:
    """After a T-pose of so many frames: legs closed, 1 m/s forwards, turning left by 45°/s, 60 fps."""
    known = [name for name, *_ in _T_POSE if name in mapping and mapping[name] not in ("lToe", "rToe")]
    joints, values, t = [], [], np.arange(121) / 60
    moving = np.arange(len(t)) >= t_pose
    for name, parent, place in _T_POSE:
        above = _T_POSE[parent][0]
        while parent >= 0 and above not in known:  # where the skeleton lacks a joint, its place is added
            place, parent = tuple(np.add(place, _T_POSE[parent][2]).tolist()), _T_POSE[parent][1]
            above = _T_POSE[parent][0]
        if name not in known:
            continue
        first = name == "pelvis"
        channels = "Xposition Yposition Zposition " * first + "Zrotation Yrotation Xrotation"
        offset = tuple((unit * np.array(place)).tolist())
        joints.append(Joint(mapping[name], known.index(above) if parent >= 0 else -1, offset, channels))
        angles = np.zeros((len(t), 3))
        if first:
            angles[:, 1] = 45 * t
            values.append(unit * np.stack([0 * t, 0 * t + 0.9, t], axis=1))
        elif name.endswith("hip"):
            angles[:, 0] = -SPREAD if name == "left_hip" else SPREAD
        else:
            angles[:, 1] = 0.1  # nobody is quite still: else this were a T-pose
        values.append(angles * moving[:, None])
    write_bvh(path, joints, np.concatenate(values, axis=1), fps=60)


@pytest.mark.parametrize("mapping, unit", list(zip(cmu.ZERO_POSE, UNITS)))
@pytest.mark.parametrize("t_pose", [0, 1])
def test_each_skeleton_walks_upright(tmp_path, body, mapping, unit, t_pose):
    write_clip(tmp_path / "1_01.bvh", mapping, unit, t_pose)
    motion = cmu.load(Raw("1_01", tmp_path / "1_01.bvh", {}), body)
    joints, rotations = body.joints(motion), motion.rotations()
    dropped = cmu.T_POSE if t_pose else 0
    time = torch.arange(len(motion)) / 20 + dropped / 60
    assert len(motion) == (120 - dropped) // 3 + 1
    torch.testing.assert_close(heading(rotations[:, 0]).rad2deg(), 45 * time, atol=1e-3, rtol=0)
    place = {name: joints[:, j] for j, name in enumerate(JOINT_NAMES)}
    assert (place["left_wrist"][0] - place["right_wrist"][0])[0] > 1.0  # facing -Y, left is +X
    assert (place["head"][:, 2] > 1.2).all()
    # its front is -Y; a metre of the source is longer on longer legs
    legs = body.rest_joints[[1, 2, 4, 5]] - body.rest_joints[[4, 5, 7, 8]]
    mid_hip = (place["left_hip"] + place["right_hip"]) / 2
    way = mid_hip[-1] - mid_hip[0]
    torch.testing.assert_close(
        way[1], -(time[-1] - time[0]) * legs.norm(dim=1).sum() / (2 * LEG), atol=1e-4, rtol=0
    )
    # the legs hang straight, so the soles are level and on the floor
    for side in ("left", "right"):
        chain = [rotations[:, 0]] + [
            rotations[:, JOINT_INDEX[f"{side}_{j}"]] for j in ("hip", "knee", "ankle")
        ]
        sole = torch.linalg.multi_dot([c.double()[-1] for c in chain])
        assert sole[2, 1] > 0.9999
    assert abs(body.vertices(motion[-1:])[..., 2].min()) < 0.02


def test_level_feet_moves_no_joint():
    mapping = {name: name for name, *_ in _T_POSE}
    rng = np.random.default_rng(0)
    turns = Rotation.random(5 * len(_T_POSE), rng=rng).as_matrix().reshape(5, len(_T_POSE), 3, 3)
    animation = Animation(
        [n for n, *_ in _T_POSE], [p for _, p, _ in _T_POSE], np.array([o for *_, o in _T_POSE]),
        turns, rng.normal(size=(5, 3)), 20.0,
    )  # fmt: skip
    level = cmu.level_feet(animation, mapping)
    np.testing.assert_allclose(level.forward()[1], animation.forward()[1], atol=1e-12)
    left = level.offsets[animation.names.index("left_foot")]
    np.testing.assert_allclose(left, [0, -0.05, 0.15], atol=1e-12)


@pytest.mark.parametrize("down, expected", [(38, 0), (20, 20)])
def test_feet_that_a_conversion_turned_down_lie_flat(down, expected):
    """While the ankles are low; on tiptoe (20 degrees, and now and then 60) they stay as they are."""
    mapping = {name: name for name, *_ in _T_POSE}
    names = list(mapping)
    rotations = np.tile(np.eye(3), (50, len(names), 1, 1))
    ankles, knees = ([names.index(f"{side}_{j}") for side in ("left", "right")] for j in ("ankle", "knee"))
    bend = Rotation.from_euler("x", np.linspace(0, 40, 50)[:, None], degrees=True)
    rotations[:, knees] = bend.as_matrix()[:, None]  # the ankles rise
    rotations[:, ankles] = Rotation.from_euler("x", down, degrees=True).as_matrix()
    offsets = np.array([place for *_, place in _T_POSE])
    animation = Animation(names, [p for _, p, _ in _T_POSE], offsets, rotations, np.zeros((50, 3)), 20.0)
    level = cmu.flat_feet(animation, mapping)
    turned = np.degrees(Rotation.from_matrix(level.rotations[:, ankles[0]]).as_rotvec()[:, 0])
    np.testing.assert_allclose(turned, expected, atol=5)


def test_character_creator_table_is_a_t_pose():
    """Bones lie along local +y, but torso and hips have SMPL's axes, but for a bow."""
    for joint, (_, axes) in cmu.CHARACTER_CREATOR.items():
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(axes) > 0
        side = 1 if joint.startswith("left") else -1
        bone = axes[:, 1]
        if joint.endswith(("shoulder", "elbow", "collar", "wrist")):
            np.testing.assert_allclose(bone, [side, 0, 0], atol=1e-12)
        elif joint.endswith(("hip", "knee")):
            np.testing.assert_allclose(bone, [0, -1, 0], atol=1e-12)
        elif joint.endswith(("ankle", "foot")):
            assert bone[2] > 0.9 and axes[0, 0] == -1  # forwards; local x points to the right
        else:
            assert bone[1] > 0.9


def test_scan_takes_each_trial_once_and_amc_first(tmp_path):
    for name in (
        "bvh/02_01.bvh",
        "amc/02/02_01.amc",
        "bvh/10_06.bvh",
        "salsa/07.bvh",
        "bvh/07.bvh",
        "b/notes.bvh",
        "amc/127/127_01.amc",  # a calibration pose
        "amc/118/118_05.amc",
        "bvh/118_29.bvh",  # it ends before the jump
        "bvh/09_10.bvh",  # runs above the floor
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    raws = {raw.name: raw for raw in cmu.scan(tmp_path)}
    assert sorted(raws) == ["02_01", "10_06", "118_05", "salsa_07"]
    assert raws["02_01"].file.suffix == ".amc"
    assert raws["10_06"].labels == dict(trial="10_06", subject="10", take="06")
    assert raws["salsa_07"].labels["description"] == "salsa dance"


def test_labels_come_from_cmus_words(tmp_path):
    (tmp_path / "captions").mkdir()
    (tmp_path / "captions" / "cmu_motion_labels.json").write_text(
        '{"02_01": {"short_label": "climb", "long_label": "playground - hang"},'
        ' "02_02": {"short_label": "climb", "long_label": "Unknown"}}'
    )
    for trial in ("02_01", "02_02", "02_03"):
        (tmp_path / f"{trial}.amc").touch()
    assert [raw.labels.get("description") for raw in cmu.scan(tmp_path)] == ["hang", "climb", None]


def write_amc(path: Path, first: int, frames: int) -> None:
    """A file that states its length, and nothing else."""
    rows = "".join(f"{first + i}\nroot 0 0 0 0 0 0\n" for i in range(frames))
    path.write_text(f"#!OML:ASF\n:FULLY-SPECIFIED\n:DEGREES\n{rows}")


def test_span(tmp_path):
    write_clip(tmp_path / "a.bvh", cmu.ZERO_POSE[0], 1.0)
    assert cmu.span(tmp_path / "a.bvh") == pytest.approx((0, 121 / 60, 60), abs=1e-9)
    for first, start in ((0, 0.0), (1, 0.0), (31, 0.25)):
        write_amc(tmp_path / "a.amc", first, 60)
        assert cmu.span(tmp_path / "a.amc") == pytest.approx((start, start + 0.5, 120))
    write_amc(tmp_path / "a.amc", 1, 60)
    (tmp_path / "a.amc").write_text((tmp_path / "a.amc").read_text().replace("root ", "\troot\t"))
    assert cmu.span(tmp_path / "a.amc").end == pytest.approx(0.5)
    for text in ("", "Frames: 3\nFrame Time: x\n"):
        (tmp_path / "b.bvh").write_text(text)
        with pytest.raises(LabError, match="b.bvh: no number of frames or no frame time"):
            cmu.span(tmp_path / "b.bvh")


def test_trials_of_60_hz(tmp_path):
    """Without anybody's sentences, the sessions that are known; with them, whatever the lengths say."""
    for trial, frames in (("62_18", 565), ("55_04", 381), ("40_01", 300)):
        write_amc(tmp_path / f"{trial}.amc", 150 if trial == "55_04" else 1, frames)
    (tmp_path / "salsa").mkdir()
    for take in ("15", "16"):
        write_clip(tmp_path / "salsa" / f"{take}.bvh", cmu.ZERO_POSE[0], 1.0)
        text = (tmp_path / "salsa" / f"{take}.bvh").read_text()
        (tmp_path / "salsa" / f"{take}.bvh").write_text(text.replace("0.0166667", "0.0083333"))
    stretched = {raw.name: raw.stretch for raw in cmu.scan(tmp_path)}
    assert stretched == {"62_18": 2, "55_04": 1, "40_01": 1, "salsa_15": 2, "salsa_16": 2}

    lengths = {"CMU/62/62_18_poses": 9.417, "CMU/55/55_04_poses": 4.417, "CMU/40/40_01_poses": 5.0}
    entries = {key: dict(path=key, duration=s, annotations=[]) for key, s in lengths.items()}
    (tmp_path / "kitml_annotations.json").write_text(json.dumps(entries))
    raws = {raw.name: raw for raw in cmu.scan(tmp_path)}
    assert {name: raw.stretch for name, raw in raws.items()} == stretched | {"40_01": 2}
    assert {kind for raw in raws.values() for kind, _ in raw.warnings} == {timing.HALF_RATE}


def test_salsa_takes_are_the_trials_of_two_dancers():
    trials = [cmu.salsa_trial(f"{take:02d}") for take in (1, 15, 16, 30)]
    assert trials == ["60_01", "60_15", "61_01", "61_15"]


@pytest.mark.parametrize("stretch", [1, 2])
def test_pieces_lie_in_the_time_of_the_trial(tmp_path, body, stretch):
    """The T-pose was put before the trial: row f, counted from 0, is frame f - 1 of the trial."""
    write_clip(tmp_path / "1_01.bvh", cmu.ZERO_POSE[0], UNITS[0], t_pose=1)
    raw = Raw("1_01-30", tmp_path / "1_01.bvh", {}, start=1.5, end=1.8, stretch=stretch)
    motion = cmu.load(raw, body)
    assert len(motion) == 6
    row = 1.5 * 60 / stretch + 1  # the clip turns by 45°/s, its rows being 1/60 s apart
    first = float(heading(motion.rotations()[:1, 0]).rad2deg())
    assert first == pytest.approx(45 * row / 60, abs=45 / 60 / 2)


def test_a_second_t_pose_is_dropped(tmp_path):
    """09_10 and a salsa file go back to the T-pose once, a few frames later."""
    write_clip(tmp_path / "1_01.bvh", cmu.ZERO_POSE[0], UNITS[0], t_pose=7)
    assert len(cmu.read_conversion(tmp_path / "1_01.bvh").root) == 121 - 7 - 3
    write_clip(tmp_path / "1_01.bvh", cmu.ZERO_POSE[0], UNITS[0], t_pose=1)
    assert len(cmu.read_conversion(tmp_path / "1_01.bvh").root) == 121 - cmu.T_POSE


@pytest.mark.parametrize("name, rows, rate", [("16_01", 322, 120), ("118_03", 240, 72), ("118_03", 498, 30)])
def test_files_whose_falls_tell_the_rate(tmp_path, name, rows, rate):
    joints = [Joint("hip", -1, (0, 0, 0), "Xposition Yposition Zposition"), Joint("x", 0, (0, 1, 0), "")]
    write_bvh(tmp_path / f"{name}.bvh", joints, np.zeros((rows, 3)), fps=30)
    assert cmu.span(tmp_path / f"{name}.bvh") == pytest.approx((0, rows / rate, rate))
    assert cmu.read_conversion(tmp_path / f"{name}.bvh").fps == rate


def test_a_real_jump_falls_as_all_things_do(tmp_path, body):
    """118_03, a jump stretched to 240 rows of 1/120 s, would fall at 25 m/s² at the rate that it states."""
    folder = unpack("cmu-bvh.tar.xz", {"118_03.bvh"}, tmp_path)
    joints = body.joints(cmu.load(Raw("118_03", folder / "118_03.bvh", {}), body)).double()
    height = joints[..., 2].mean(dim=1).numpy()
    top = height.argmax()
    flight = slice(top - 3, top + 4)
    fall = -2 * np.polyfit(np.arange(7) / 20, height[flight], 2)[0]
    assert 8.5 < fall < 11  # the mean of the joints is not quite the centre of mass


def test_a_first_frame_of_another_pose_is_dropped(tmp_path, body):
    """Where the axes lie along the bones, a T-pose turns its joints: the leap to the next frame shows it."""
    write_clip(tmp_path / "1_01.bvh", cmu.ZERO_POSE[0], UNITS[0])
    lines = (tmp_path / "1_01.bvh").read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("Frame Time")) + 1
    row = lines[first].split()
    row[:3], row[-3:] = ["0", "0", "0"], ["0", "0", "97"]
    (tmp_path / "1_01.bvh").write_text("\n".join([*lines[:first], " ".join(row), *lines[first + 1 :]]))
    animation = cmu.read_conversion(tmp_path / "1_01.bvh")
    assert len(animation.root) == 120 and animation.start == 0
    assert np.linalg.norm(np.diff(animation.root, axis=0), axis=1).max() < 0.02


def test_files_in_capitals_are_the_same_trials(tmp_path, body):
    """Suffixes in capitals, an AMC file in UTF-16 with decimal commas, and names with a prefix."""
    from dialects import as_amc, as_source, check_walker, walker

    mapping = cmu.ZERO_POSE[0]
    animation = as_source(walker(fps=120), body, {j: (s, np.eye(3)) for j, s in mapping.items()}, 1.0, 120.0)
    as_amc(tmp_path / "01.ASF", tmp_path / "01_02.AMC", animation)
    for file in (tmp_path / "01.ASF", tmp_path / "01_02.AMC"):
        file.write_text(file.read_text().replace(".", ","), "utf-16")
    write_clip(tmp_path / "1_01.BVH", {j: f"mixamorig:{source}" for j, source in mapping.items()}, 1.0)
    raws = cmu.scan(tmp_path)
    assert [raw.name for raw in raws] == ["01_02", "1_01"]
    assert cmu.span(raws[0].file).end == pytest.approx(41 / 120)
    check_walker(cmu.load(raws[0], body), body)
    assert len(cmu.load(raws[1], body)) > 1


def test_a_changed_skeleton_makes_its_trials_anew(tmp_path, body):
    """A partial result of an interrupted run is of the files as they were."""
    from dialects import as_amc, as_source, walker

    table = {joint: (source, np.eye(3)) for joint, source in cmu.ZERO_POSE[0].items()}
    as_amc(tmp_path / "01.asf", tmp_path / "01_02.amc", as_source(walker(fps=120), body, table, 1.0, 120.0))
    [raw] = cmu.scan(tmp_path)
    job = "cmu", raw, tmp_path / "partial", "version"
    first = _prepare_clip(job)
    assert isinstance(first, Path) and _prepare_clip(job) == first
    with (tmp_path / "01.asf").open("a") as file:
        file.write("# another skeleton\n")
    again = _prepare_clip(job)
    assert isinstance(again, Path) and again != first


def test_strange_skeletons_are_refused(tmp_path, body):
    for names, message in (
        ({**cmu.ZERO_POSE[0], "pelvis": "RL_BoneRoot"}, "height of the hips"),
        ({**cmu.ZERO_POSE[0], "head": "skull"}, "missing joint upperneck "),
    ):
        write_clip(tmp_path / "1_01.bvh", names, 1.0)
        with pytest.raises(LabError, match=f"1_01.bvh.*{message}"):
            cmu.load(Raw("1_01", tmp_path / "1_01.bvh", {}), body)


def unpack(archive: str, wanted: set[str], folder: Path) -> Path:
    """The wanted files of an archive in ../shared, or a skipped test."""
    archive = Path(__file__).parents[3] / "shared" / "data" / archive
    if not archive.is_file():
        pytest.skip(f"no ../shared/data/{archive.name}")
    wanted = set(wanted)
    with tarfile.open(archive, "r|xz") as tar:  # a stream: what follows the last wanted file is not unpacked
        for member in tar:
            name = Path(member.name).name
            if name in wanted:
                (folder / name).write_bytes(tar.extractfile(member).read())
                wanted.remove(name)
            if not wanted:
                return folder
    raise AssertionError(f"{wanted} not in {archive}")


def check(motion: Motion, animation: Animation, mapping: dict[str, str], body, hips: float = 0.05) -> None:
    """Limbs point as the source's do, hips within `hips` degrees, the torso about so; feet stand."""
    joints, theirs = body.joints(motion).double().numpy(), resample(animation, 20).forward()[1]
    bones = [("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")]
    bones = [(f"{side}_{a}", f"{side}_{b}", 0.05) for side in ("left", "right") for a, b in bones]
    for start, end, most in (*bones, ("left_hip", "right_hip", hips), ("pelvis", "left_shoulder", 15)):
        ours = joints[:, JOINT_INDEX[end]] - joints[:, JOINT_INDEX[start]]
        i, j = (animation.names.index(mapping[joint]) for joint in (start, end))
        source = (theirs[:, j] - theirs[:, i]) @ UPRIGHT.double().numpy().T
        cosine = (ours * source).sum(-1) / np.linalg.norm(ours, axis=-1) / np.linalg.norm(source, axis=-1)
        assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < most, (start, end)
    lowest = body.vertices(motion)[..., 2].amin(dim=1)
    assert abs(lowest.median()) < 0.05


def walks_forwards(motion: Motion) -> bool:
    """Whether the way from first to last frame lies within 30° of the mean heading."""
    alpha = heading(motion.rotations()[:, 0]).mean()
    way = motion.pelvis[-1, :2] - motion.pelvis[0, :2]
    return bool(way @ torch.stack([alpha.sin(), -alpha.cos()]) > 0.87 * way.norm())


@pytest.fixture(scope="module")
def trials(tmp_path_factory) -> dict[str, Raw]:
    wanted = {"16.asf", "16_15.amc", "16_31.amc", "07_02.bvh", "07_03.bvh", "08_03.bvh"}
    return {raw.name: raw for raw in cmu.scan(unpack("cmu.tar.xz", wanted, tmp_path_factory.mktemp("cmu")))}


@pytest.mark.parametrize("trial", ["16_15", "07_02", "07_03", "08_03"])
def test_real_walks(trials, body, trial):
    raw = trials[trial]
    motion = cmu.load(raw, body)
    if trial == "16_15":
        animation = read_asf_amc(raw.file.with_name("16.asf"), raw.file)
    else:
        animation = cmu.read_conversion(raw.file)
    mapping = cmu.zero_pose_mapping(animation) or {j: s for j, (s, _) in cmu.CHARACTER_CREATOR.items()}
    check(motion, animation, mapping, body)
    assert walks_forwards(motion)
    assert 0.8 < motion.pelvis[:, 2].min() < motion.pelvis[:, 2].max() < 1.1
    wrists = body.joints(motion)[:, [JOINT_INDEX["left_wrist"], JOINT_INDEX["right_wrist"]], 2]
    assert (wrists < 1.2).all()  # no T-pose is left


def test_a_real_trial_that_starts_late(trials, body):
    """16_31 begins with frame number 130: two seconds into it, its root is that of frame 241."""
    raw = trials["16_31"]
    motion = cmu.load(replace(raw, start=2.0, end=3.0), body)
    x, y, z = map(float, re.search(r"^241\s+root (\S+) (\S+) (\S+)", raw.file.read_text(), re.M).groups())
    animation = read_asf_amc(raw.file.with_name("16.asf"), raw.file)
    ratio = leg_ratio(animation, zero_pose_table(animation, cmu.zero_pose_mapping(animation), body), body)
    place = torch.tensor([x, -z]) * 0.0254 / 0.45 * ratio
    assert len(motion) == 20 and animation.start == 129 / 120
    assert (motion.pelvis[0, :2] - place).norm() < 0.1  # the pelvis lies 5 cm from the root
    assert (motion.pelvis[-1, :2] - motion.pelvis[0, :2]).norm() > 0.8
