"""The BVH reader against files written here and forward kinematics done slowly, with SciPy's Euler angles."""

import re
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from labkit.paths import LabError
from labkit_data.formats.bvh import frame_rate, read_bvh


@dataclass
class Joint:
    name: str
    parent: int
    offset: tuple
    channels: str  # "Xposition Zrotation ..."


def write_bvh(path, joints: list[Joint], values: np.ndarray, fps: float = 30) -> None:
    """Write joints (parents first) and their channel values (F, sum of channels) as a BVH file."""

    def block(j: int, depth: int) -> list[str]:
        joint, pad = joints[j], "  " * depth
        lines = [f"{'JOINT' if depth else 'ROOT'} {joint.name}", "{"]
        lines += ["  OFFSET " + " ".join(map(str, joint.offset))]
        lines += [f"  CHANNELS {len(joint.channels.split())} {joint.channels}"]
        children = [k for k, other in enumerate(joints) if other.parent == j]
        inner = [line for k in children for line in block(k, 1)]
        inner = inner or ["End Site", "{", "  OFFSET 9 9 9", "}"]
        return [pad + line for line in lines + ["  " + line for line in inner] + ["}"]]

    lines = ["HIERARCHY", *block(0, 0), "MOTION", f"Frames: {len(values)}", f"Frame Time: {1 / fps:.7f}"]
    lines += [" ".join(f"{v:.9f}" for v in row) for row in values]
    path.write_text("\n".join(lines) + "\n")


def slow_forward(joints: list[Joint], row: np.ndarray) -> list[tuple[Rotation, np.ndarray]]:
    """World rotation and position of every joint in one frame."""
    world, start = [], 0
    for joint in joints:
        channels = joint.channels.split()
        own = dict(zip(channels, row[start : start + len(channels)]))
        start += len(channels)
        order = "".join(c[0] for c in channels if c.endswith("rotation"))
        turn = Rotation.from_euler(order, [own[f"{axis}rotation"] for axis in order], degrees=True)
        place = np.array([own.get(f"{axis}position", o) for axis, o in zip("XYZ", joint.offset)])
        if joint.parent >= 0:
            above, origin = world[joint.parent]
            turn, place = above * turn, origin + above.apply(place)
        world.append((turn, place))
    return world


def random_skeleton(rng: np.random.Generator, n: int) -> list[Joint]:
    """A tree in the order of a file (depth first); the root alone has positions; channels in any order."""
    parents = [-1]
    while len(parents) < n:
        line = [len(parents) - 1]  # the latest joint and its ancestors may have a child now
        while parents[line[-1]] >= 0:
            line.append(parents[line[-1]])
        parents.append(int(rng.choice(line)))
    joints = []
    for j, parent in enumerate(parents):
        channels = [f"{axis}rotation" for axis in rng.permutation(list("XYZ"))]
        if parent < 0:
            channels += [f"{axis}position" for axis in "XYZ"]
            channels = list(rng.permutation(channels))
        joints.append(Joint(f"joint {j}", parent, tuple(rng.normal(size=3).round(5)), " ".join(channels)))
    return joints


@pytest.mark.parametrize("seed", range(6))
def test_forward_kinematics_of_any_skeleton(tmp_path, seed):
    rng = np.random.default_rng(seed)
    joints = random_skeleton(rng, 2 + seed)
    values = rng.uniform(-180, 180, (4, 3 * len(joints) + 3)).round(9)
    write_bvh(tmp_path / "a.bvh", joints, values, fps=120)
    animation = read_bvh(tmp_path / "a.bvh", scale=0.01)

    assert animation.names == [joint.name for joint in joints]
    assert animation.parents == [joint.parent for joint in joints]
    assert animation.fps == 120
    rotations, positions = animation.forward()
    assert rotations.shape == (4, len(joints), 3, 3)
    for f, row in enumerate(values):
        for j, (turn, place) in enumerate(slow_forward(joints, row)):
            np.testing.assert_allclose(rotations[f, j], turn.as_matrix(), atol=1e-9)
            np.testing.assert_allclose(positions[f, j], 0.01 * place, atol=1e-9)


def test_a_root_that_only_holds_the_hips_is_folded_into_them(tmp_path):
    six = "Xposition Yposition Zposition Zrotation Xrotation Yrotation"
    joints = [
        Joint("holder", -1, (0, 0, 0), six),
        Joint("hips", 0, (1, 2, 3), six),
        Joint("leg", 1, (0, -5, 0), six),
    ]
    rng = np.random.default_rng(0)
    values = rng.uniform(-90, 90, (5, 18)).round(9)
    values[:, 12:15] = (0, -5, 0)
    write_bvh(tmp_path / "a.bvh", joints, values)
    animation = read_bvh(tmp_path / "a.bvh", scale=1)

    assert (animation.names, animation.parents) == (["hips", "leg"], [-1, 0])
    rotations, positions = animation.forward()
    for f, row in enumerate(values):
        for j, (turn, place) in enumerate(slow_forward(joints, row)[1:]):
            np.testing.assert_allclose(rotations[f, j], turn.as_matrix(), atol=1e-9)
            np.testing.assert_allclose(positions[f, j], place, atol=1e-7)


JOINTS = [Joint("hips", -1, (0, 0, 0), "Xposition Yposition Zposition Zrotation Yrotation Xrotation"),
          Joint("knee", 0, (0, -4, 0), "Zrotation Yrotation Xrotation")]  # fmt: skip
FIRST_ROW = 19  # the line of the file that holds the first frame of JOINTS


@pytest.mark.parametrize(
    "line, new, message",
    [
        (FIRST_ROW + 1, None, "3 frames announced, 2 found"),
        (FIRST_ROW + 1, "1 2 3 4 5 6 7 8", f"line {FIRST_ROW + 1}: 8 values for 9 channels"),
        (FIRST_ROW + 2, "1 2 3 4 5 6 7 8 nan", f"line {FIRST_ROW + 2}: NaN"),
        (FIRST_ROW, "1 2 3 4 5 6 7 8 9x", f"line {FIRST_ROW}: not a number"),
        (FIRST_ROW - 1, "Frame Time: 0", "no frame time"),
        (FIRST_ROW - 2, "Frames: many", f"line {FIRST_ROW - 2}: not a number"),
        (FIRST_ROW - 3, "}", f"line {FIRST_ROW - 3}: cannot read"),
        (4, "OFFSET 0 zero 0", "line 4: not a number"),
        (5, "CHANNELS 3 Wrotation Yrotation Xrotation", "line 5: an unknown channel"),
        (5, "CHANNELS 2 Zrotation Yrotation Xrotation", "line 5: cannot read"),
    ],
)
def test_a_broken_file_is_named_with_the_line(tmp_path, line, new, message):
    path = tmp_path / "broken.bvh"
    write_bvh(path, JOINTS, np.zeros((3, 9)))
    lines = path.read_text().splitlines()
    lines[line - 1 : line] = [] if new is None else [new]
    path.write_text("\n".join(lines))
    with pytest.raises(LabError) as error:
        read_bvh(path, 1)
    assert str(path) in str(error.value) and message in str(error.value) and "\n" not in str(error.value)


CHANNEL = re.compile("[XYZ](position|rotation)")


DIALECTS = {
    "byte-order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "old Mac": lambda text: text.replace("\n", "\r").encode(),
    "decimal commas": lambda text: text.replace(".", ",").encode(),
    "brace on the joint's line": lambda text: re.sub(r"\s*\n\s*{", " {", text).encode(),
    "one line": lambda text: re.sub(r"\s*\n\s*}", " }", text).encode(),
    "upper-case channels": lambda text: CHANNEL.sub(lambda m: m[0].upper(), text).encode(),
    "lower-case channels": lambda text: CHANNEL.sub(lambda m: m[0].lower(), text).encode(),
    "lower-case words": lambda text: re.sub("[A-Z]{4,}|F|T", lambda m: m[0].lower(), text).encode(),
    "one row more": lambda text: text.replace("Frames: 4", "Frames: 3").encode(),
    "commas between numbers": lambda text: re.sub(r"(?<=\d) (?=-?\d)", ", ", text).encode(),
    "commas without spaces": lambda text: re.sub(r"(?<=\d) (?=-?\d)", ",", text).encode(),
    "semicolons": lambda text: re.sub(r"(?<=\.\d{9}) ", "; ", text).encode(),
    "spaces in the head": lambda text: text.replace("Frame Time:", "Frame  Time :").encode(),
    "comments": lambda text: f"# made by hand\n{text}".encode(),
    "an end as of DOS": lambda text: f"{text}\x1a\0".encode(),
    "prefix": lambda text: re.sub("(ROOT|JOINT) ", r"\1 mixamorig:", text).encode(),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("suffix", [".bvh", ".BVH"])
def test_dialects_are_read_as_the_same(tmp_path, dialect, suffix):
    write_bvh(tmp_path / "plain.bvh", JOINTS, np.arange(36).reshape(4, 9) / 8)
    text = (tmp_path / "plain.bvh").read_text()
    (tmp_path / f"other{suffix}").write_bytes(DIALECTS[dialect](text))
    assert (tmp_path / f"other{suffix}").read_bytes() != text.encode()
    plain, other = read_bvh(tmp_path / "plain.bvh", 1), read_bvh(tmp_path / f"other{suffix}", 1)
    assert (other.names, other.parents, other.fps) == (plain.names, plain.parents, plain.fps)
    for name in ("offsets", "rotations", "root"):
        assert np.array_equal(getattr(other, name), getattr(plain, name))


def test_a_file_cut_off_anywhere_is_refused(tmp_path):
    path = tmp_path / "cut.bvh"
    write_bvh(path, JOINTS, np.full((3, 9), 0.125))
    whole = path.read_bytes().rstrip()
    last_value = len(whole) - len(b"0.125000000")
    for length in range(0, last_value + 1, 7):  # a cut within the last number cannot be detected
        path.write_bytes(whole[:length])
        with pytest.raises(LabError, match="cut.bvh, line"):
            read_bvh(path, 1)
    path.write_bytes(whole)
    assert len(read_bvh(path, 1).root) == 3


def test_a_missing_or_foreign_file(tmp_path):
    with pytest.raises(LabError, match="not found"):
        read_bvh(tmp_path / "none.bvh", 1)
    (tmp_path / "photo.bvh").write_bytes(bytes(range(256)) * 9)
    with pytest.raises(LabError, match="line 1"):
        read_bvh(tmp_path / "photo.bvh", 1)


@pytest.mark.parametrize("rate", [20, 24, 25, 30, 50, 60, 90, 100, 120, 240])
@pytest.mark.parametrize("digits", [4, 5, 6, 7, 8])
@pytest.mark.parametrize("cut", [False, True])
def test_frame_times_are_rounded_rates(rate, digits, cut):
    """A clip of 10 minutes must not run away by more than a frame or so: 0.0083 is 120 Hz, not 120.48."""
    time = f"{1 / rate:.{digits + 4}f}"[:-4] if cut else f"{1 / rate:.{digits}f}"
    assert frame_rate(time) == rate


@pytest.mark.parametrize(
    "time, rate",
    [
        ("0.008", 120), ("0.033", 30), ("0.017", 60), ("0.016", 60), ("0.04", 25), ("0.02", 50), ("0.05", 20),
        ("0.1", 10), ("1", 1), ("0.03", 33.33), ("0.0125", 80), (".03333", 30), ("3.33333e-02", 30),
        ("0.0333667", 30000 / 1001), ("0.008342", 120000 / 1001), ("0.01428571", 70),
    ],
)  # fmt: skip
def test_other_frame_times(time, rate):
    assert frame_rate(time) == pytest.approx(rate, rel=1e-6)
