"""The ASF/AMC reader against the format's own description, followed point by point with plain sines."""

import math

import numpy as np
import pytest

from labkit.paths import LabError
from labkit_data.formats.asfamc import read_asf_amc

ASF = """# a comment
:version 1.10
:units
  length 0.45
  angle deg
:root
   order TX TY TZ RX RY RZ
   axis XYZ
   position 0 0 0
   orientation 0 0 0
:bonedata
  begin
     id 1
     name thigh
     direction 0.6 -0.8 0
     length 7
     axis 10 -20 30 XYZ
     dof rx ry rz
  end
  begin
     id 2
     name stiff
     direction 0 -1 0
     length 2
     axis 0 0 0 XYZ
  end
  begin
     id 3
     name foot
     direction 0 0 1
     length 3
     axis -90 0 20 XYZ
     dof rx rz
  end
:hierarchy
  begin
    root thigh
    thigh stiff
    stiff foot
  end
"""
AMC = """#!OML:ASF
:FULLY-SPECIFIED
:DEGREES
1
root 1 2 3 10 20 30
thigh 40 -50 60
foot 15 -25
2
root 4 5 6 -70 80 -90
foot 0 45
thigh -5 7 11
"""
INCH = 0.0254 / 0.45


@pytest.fixture
def files(tmp_path):
    def write(asf: str = ASF, amc: str = AMC):
        (tmp_path / "a.asf").write_text(asf)
        (tmp_path / "a.amc").write_text(amc)
        return tmp_path / "a.asf", tmp_path / "a.amc"

    return write


def turned(point, axis, degrees):
    """A point after a turn about one of the world's axes."""
    a, c, s = "xyz".index(axis), math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    i, j = (a + 1) % 3, (a + 2) % 3
    out = list(point)
    out[i], out[j] = c * point[i] - s * point[j], s * point[i] + c * point[j]
    return out


def bone_turn(point, axis, angles):
    """C M C⁻¹ applied to a point, one elementary turn after the other."""
    for letter, angle in zip("zyx", reversed(axis)):
        point = turned(point, letter, -angle)
    for letter, angle in angles:
        point = turned(point, letter, angle)
    for letter, angle in zip("xyz", axis):
        point = turned(point, letter, angle)
    return point


def test_positions_follow_the_format(files):
    animation = read_asf_amc(*files())
    rotations, positions = animation.forward()
    assert animation.names == ["root", "thigh", "stiff", "foot"]
    assert animation.fps == 120
    frames = [
        ((1, 2, 3), (10, 20, 30), (40, -50, 60), (15, -25)),
        ((4, 5, 6), (-70, 80, -90), (-5, 7, 11), (0, 45)),
    ]
    for f, (start, root, thigh, foot) in enumerate(frames):
        by_root = lambda p, root=root: bone_turn(p, (0, 0, 0), zip("xyz", root))  # noqa: E731
        by_thigh = lambda p, thigh=thigh: by_root(bone_turn(p, (10, -20, 30), list(zip("xyz", thigh))))  # noqa: B023, E731
        by_foot = lambda p, foot=foot: by_thigh(bone_turn(p, (-90, 0, 20), list(zip("xz", foot))))  # noqa: B023, E731
        hip = np.array(start) * INCH
        knee = hip + np.array(by_thigh([0.6, -0.8, 0])) * 7 * INCH
        ankle = knee + np.array(by_thigh([0, -1, 0])) * 2 * INCH
        np.testing.assert_allclose(positions[f], [hip, hip, knee, ankle], atol=1e-12)
        for e in np.eye(3):
            np.testing.assert_allclose(rotations[f, 3] @ e, by_foot(e), atol=1e-12)


@pytest.mark.parametrize("first, time", [(1, 0.0), (0, 0.0), (130, 129 / 120)])
def test_frame_numbers_tell_the_time(files, first, time):
    """CMU cut the start off some files and kept the numbers of the frames."""
    amc = AMC.replace("\n1\n", f"\n{first}\n").replace("\n2\n", f"\n{first + 1}\n")
    animation = read_asf_amc(*files(amc=amc))
    assert animation.start == pytest.approx(time) and len(animation.root) == 2


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("\n2\n", "\n3\n", "line 8: frame 3 where 2 should follow"),
        ("\n2\n", "\n1\n", "line 8: frame 1 where 2 should follow"),
        ("foot 15 -25", "foot 15", "line 7: 1 numbers for foot, expected 2"),
        ("foot 15 -25", "foot 15 x", "line 7: not a number"),
        ("foot 15 -25", "toe 15 -25", "line 7: bone 'toe'"),
        ("foot 0 45\n", "", "foot is missing in frame 2"),
        ("foot 15 -25\n", "", "line 9: foot is there 1 times in 2 frames"),
        (":DEGREES", ":RADIANS", "line 3: angles in radians"),
    ],
)
def test_broken_motion_names_file_and_line(files, old, new, message):
    with pytest.raises(LabError, match=message) as error:
        read_asf_amc(*files(amc=AMC.replace(old, new)))
    assert "a.amc" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("length 7", "length seven", "line 16: "),
        ("dof rx rz", "dof rx l", "line 33: .*dof rx l"),
        ("stiff foot", "stiff toe", "line 39: no bone 'toe'"),
        ("root thigh", "", "no hierarchy or no root"),
        ("angle deg", "angle rad", "line 5: .*rad"),
    ],
)
def test_broken_skeleton_names_file_and_line(files, old, new, message):
    with pytest.raises(LabError, match=message) as error:
        read_asf_amc(*files(asf=ASF.replace(old, new)))
    assert "a.asf" in str(error.value)


def test_missing_files(files):
    asf, amc = files()
    amc.unlink()
    with pytest.raises(LabError, match="AMC motion not found"):
        read_asf_amc(asf, amc)
