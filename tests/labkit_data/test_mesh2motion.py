"""The two .glb files: written here with both skeletons, and the real ones where they are."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from dialects import as_source, check_walker, walker
from scipy.spatial.transform import Rotation
from test_cmu import unpack, walks_forwards

from labkit.motion import JOINT_INDEX, UPRIGHT, Motion
from labkit.paths import LabError
from labkit_data.formats.animation import Animation
from labkit_data.formats.gltf import read_glb
from labkit_data.kinematics import measure
from labkit_data.sources import mesh2motion

FILES = list(mesh2motion.MAPPINGS)


def write_glb(path: Path, rest: Animation, animations: dict[str, Animation], first: float = 0.0) -> None:
    """Nodes below a Z-up armature, as Blender writes them: keys 24 a second, STEP where nothing changes."""
    pygltflib = pytest.importorskip("pygltflib")
    blob, views, accessors, found = b"", [], [], []

    def store(values: np.ndarray) -> int:
        nonlocal blob
        values = np.asarray(values, np.float32)
        views.append(dict(buffer=0, byteOffset=len(blob), byteLength=values.nbytes))
        kind = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}[values.shape[1]]
        accessors.append(
            dict(bufferView=len(views) - 1, componentType=5126, count=len(values), type=kind)
            | dict(min=values.min(0).tolist(), max=values.max(0).tolist())
        )
        blob += values.tobytes()
        return len(accessors) - 1

    armature = Rotation.from_euler("x", -90, degrees=True)

    def local(animation: Animation) -> tuple[np.ndarray, np.ndarray]:
        """Translations (F, J, 3) and quaternions (F, J, 4), the root's in the armature's frame."""
        places = np.tile(animation.offsets, (len(animation.root), 1, 1))
        places[:, 0] = armature.inv().apply(animation.root)
        turns = animation.rotations.copy()
        turns[:, 0] = armature.inv().as_matrix() @ turns[:, 0]
        return places, np.stack([Rotation.from_matrix(t).as_quat() for t in turns])

    places, turns = local(rest)
    nodes = [
        dict(name=name, translation=places[0, j].tolist(), rotation=turns[0, j].tolist())
        | dict(children=[k for k, parent in enumerate(rest.parents) if parent == j])
        for j, name in enumerate(rest.names)
    ]
    nodes.append(dict(name="root", rotation=armature.as_quat().tolist(), children=[0]))
    for name, animation in animations.items():
        channels, samplers = [], []
        for path_name, tracks in zip(("translation", "rotation"), local(animation)):
            for j in range(len(rest.names)):
                track, times = tracks[:, j], first + np.arange(len(tracks)) / 24
                kind = "LINEAR"
                if np.ptp(track, axis=0).max() < 1e-9:
                    track, times, kind = track[[0, -1]], times[[0, -1]], "STEP"
                samplers.append(dict(input=store(times[:, None]), output=store(track), interpolation=kind))
                channels.append(dict(sampler=len(samplers) - 1, target=dict(node=j, path=path_name)))
        found.append(dict(name=name, channels=channels, samplers=samplers))
    content = dict(asset=dict(version="2.0"), nodes=nodes, animations=found, accessors=accessors)
    content |= dict(bufferViews=views, buffers=[dict(byteLength=len(blob))], scene=0)
    content |= dict(scenes=[dict(nodes=[len(nodes) - 1])])
    gltf = pygltflib.GLTF2.from_json(json.dumps(content))
    gltf.set_binary_blob(blob)
    gltf.save_binary(str(path))


def axes(stem: str) -> dict[str, tuple[str, np.ndarray]]:
    """Some axes for each joint: a file may have any."""
    mapping = mesh2motion.MAPPINGS[stem]
    turns = Rotation.random(len(mapping), random_state=len(stem)).as_matrix()
    return {joint: (source, turn) for (joint, source), turn in zip(mapping.items(), turns)}


def standing(body) -> Motion:
    """A T-pose with the soles at the height of the floor."""
    pelvis = torch.tensor([[0, 0, float(body.rest_joints[0, 1]) - body.sole]])
    return Motion.from_rotations(torch.cat([UPRIGHT[None], torch.eye(3).repeat(21, 1, 1)])[None], pelvis)


def written(folder: Path, stem: str, body, motions: dict[str, Motion], first: float = 0.0):
    """Clips by name of a file with some animations."""
    table = axes(stem)
    animations = {name: as_source(motion, body, table, 1.0, 24) for name, motion in motions.items()}
    write_glb(folder / f"{stem}.glb", as_source(standing(body), body, table, 1.0), animations, first)
    return {raw.labels["animations"]: raw for raw in mesh2motion.scan(folder)}


@pytest.mark.parametrize("stem, name, first", [(FILES[0], "Idle_Loop", 0.0), (FILES[1], "Bow", 1 / 24)])
def test_each_skeleton(tmp_path, body, stem, name, first):
    raw = written(tmp_path, stem, body, {name: walker(49, fps=24)}, first)[name]
    motion = mesh2motion.load(raw, body)
    assert len(motion) == 41  # from the first key on
    check_walker(motion, body)


def arm_swing(body, frames: int, closed: bool) -> Motion:
    """One turn of the left arm; `closed`: the last frame is the first again."""
    still = standing(body)
    angles = np.linspace(0, 2 * np.pi, frames, endpoint=closed)
    local = still.rotations().repeat(frames, 1, 1, 1)
    swing = Rotation.from_rotvec([[a, 0, 0] for a in angles]).as_matrix()
    local[:, JOINT_INDEX["left_shoulder"]] = torch.from_numpy(swing).float()
    return Motion.from_rotations(local, still.pelvis.repeat(frames, 1))


@pytest.mark.parametrize("stem, name, closed", [(FILES[0], "Dance_Loop", True), (FILES[1], "Angry", False)])
def test_loops_go_on_evenly(tmp_path, body, stem, name, closed):
    raw = written(tmp_path, stem, body, {name: arm_swing(body, 25 if closed else 24, closed)})[name]
    motion = mesh2motion.load(raw, body)
    assert len(motion) == (61 if closed else 60)  # three times a second
    arm = motion.rotations()[:, JOINT_INDEX["left_shoulder"]]
    steps = Rotation.from_matrix((arm[:-1].mT @ arm[1:]).numpy()).magnitude()
    np.testing.assert_allclose(np.degrees(steps), 360 / 20, atol=0.5)


def test_a_treadmill_becomes_a_way(tmp_path, body):
    """Legs that swing on the spot, the one in the air bent: the standing foot stays where it is."""
    phase = np.arange(33) / 32
    reach, local = np.radians(15), standing(body).rotations().repeat(33, 1, 1, 1)
    for side, shift in (("left", 0.0), ("right", 0.5)):
        p = (phase + shift) % 1
        ahead = np.where(p < 0.5, 1 - 4 * p, 4 * p - 3)  # back on the floor, forth in the air
        for joint, angle in (("hip", -reach * ahead), ("knee", np.where(p < 0.5, 0, np.radians(60)))):
            turn = Rotation.from_rotvec([[a, 0, 0] for a in angle]).as_matrix()
            local[:, JOINT_INDEX[f"{side}_{joint}"]] = torch.from_numpy(turn).float()
    motion = Motion.from_rotations(local, standing(body).pelvis.repeat(33, 1))
    raw = written(tmp_path, FILES[0], body, {"Walk_Loop": motion})["Walk_Loop"]
    made = mesh2motion.load(raw, body)
    assert len(made) == 81  # 3 loops of 32 frames
    feet = body.joints(made)[:, [JOINT_INDEX[f"{side}_foot"] for side in ("left", "right")]]
    lower = feet[1:, :, 2].argmin(dim=1)
    speeds = (feet[1:, :, :2] - feet[:-1, :, :2]).norm(dim=-1).gather(1, lower[:, None]) * 20
    leg = float((body.rest_joints[1] - body.rest_joints[7]).norm())
    expected = 4 * leg * np.sin(reach) / (32 / 24)  # two steps a loop
    way = made.pelvis[0, 1] - made.pelvis[-1, 1]  # -Y is forwards
    assert float(way) / 4 == pytest.approx(expected, rel=0.15)
    assert speeds.median() < 0.15 * expected


def test_what_is_missing_is_named(tmp_path, body):
    raws = written(tmp_path, FILES[0], body, {"Walk_Loop": walker(25, fps=24)})
    with pytest.raises(LabError, match="base-animations.glb has no animation Sitting_Enter"):
        mesh2motion.load(raws["Sitting_Enter"], body)
    for content in (b"", b"glTF", (tmp_path / f"{FILES[0]}.glb").read_bytes()[:-4000]):
        (tmp_path / "a.glb").write_bytes(content)
        with pytest.raises(LabError, match="a.glb is not a .glb with a joint"):
            read_glb(tmp_path / "a.glb", "DEF-hips")
    with pytest.raises(LabError, match="is not a .glb with a joint tail"):
        read_glb(tmp_path / f"{FILES[0]}.glb", "tail")


def test_without_pygltflib_the_way_to_it_is_told(tmp_path, monkeypatch):
    (tmp_path / "a.glb").touch()
    monkeypatch.setitem(sys.modules, "pygltflib", None)
    with pytest.raises(LabError, match=r"needs pygltflib: pip install -e '\.\[prepare\]'"):
        read_glb(tmp_path / "a.glb", "pelvis")


def test_names_are_unique_and_all_is_for_training(tmp_path):
    for stem in FILES:
        (tmp_path / f"{stem}.glb").touch()
    raws = mesh2motion.scan(tmp_path)
    assert len({raw.name for raw in raws}) == len(raws) > 50
    assert {raw.labels["split"] for raw in raws} == {"train"}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    wanted = {f"{stem}.glb" for stem in FILES}
    folder = unpack("mesh2motion-cc0.tar.xz", wanted, tmp_path_factory.mktemp("mesh2motion"))
    return {raw.name: raw for raw in mesh2motion.scan(folder)}


@pytest.mark.slow
def test_real_animations_do_what_they_are_called(real, body):
    facts, ahead = {}, {}
    for raw in real.values():
        motion = mesh2motion.load(raw, body)
        joints = body.joints(motion)
        facts[raw.name] = measure(motion, joints)
        wrists = joints[:, [JOINT_INDEX[f"{side}_wrist"] for side in ("left", "right")]]
        ahead[raw.name] = (joints[:, :1, 1] - wrists[..., 1]).max(dim=0).values  # they face -Y
        lowest = body.vertices(motion[::3])[..., 2].min()
        assert -0.1 < lowest < (0.5 if "Swim" in raw.name else 0.03), raw.name
    for name in ("addon_Fighting_Left_Jab", "base_Punch_Jab", "base_PickUp_Table"):
        assert ahead[name][0] > ahead[name][1], name
    for name in ("addon_Fighting_Right_Jab", "base_Punch_Cross", "addon_Throw_Object"):
        assert ahead[name][1] > ahead[name][0], name
    assert facts["base_Sitting_Enter"].end_height < 0.7 < 0.9 < facts["base_Sitting_Enter"].start_height
    assert facts["base_Sitting_Exit"].start_height < 0.7 < 0.9 < facts["base_Sitting_Exit"].end_height
    assert facts["addon_Jumping_Jacks"].left.raised > 0.4 < facts["addon_Jumping_Jacks"].right.raised
    assert facts["addon_Backflip"].tilt > 150
    assert walks_forwards(mesh2motion.load(real["base_Walk_Loop"], body))
