"""The motions of Animated Drawings: a Z-up skeleton, CMU's in Y up, and the real files where they are."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from dialects import as_bvh, as_source, check_walker, walker
from test_cmu import unpack, walks_forwards, write_clip

from labkit.motion import JOINT_INDEX
from labkit_data.events import find_events
from labkit_data.kinematics import measure
from labkit_data.sources import animated_drawings, cmu


def test_z_up(tmp_path, body):
    """Left is +X, ahead is -Y, one unit is about an inch and a half."""
    table = {joint: (source, np.eye(3)) for joint, source in animated_drawings.MAPPING.items()}
    animation = as_source(walker(), body, table, 25.0)
    turn = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])  # Y up → Z up
    animation = replace(
        animation,
        offsets=animation.offsets @ turn.T,
        rotations=turn @ animation.rotations @ turn.T,
        root=animation.root @ turn.T,
    )
    as_bvh(tmp_path / "fair1" / "zombie.bvh", animation)
    (raw,) = animated_drawings.scan(tmp_path)
    assert raw.labels["split"] == "train"
    check_walker(animated_drawings.load(raw, body), body)


def test_a_trial_of_cmus_is_read_as_one(tmp_path, body):
    write_clip(tmp_path / "jumping_jacks.bvh", cmu.ZERO_POSE[3], 1.0)
    (raw,) = animated_drawings.scan(tmp_path)
    motion, expected = animated_drawings.load(raw, body), cmu.load(raw, body)
    torch.testing.assert_close(motion.pelvis, expected.pelvis)
    torch.testing.assert_close(motion.body_pose, expected.body_pose)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    wanted = {f"{name}.bvh" for name in animated_drawings.SHOWN}
    folder = unpack("animated-drawings.tar.xz", wanted, tmp_path_factory.mktemp("drawings"))
    return {raw.name: raw for raw in animated_drawings.scan(folder)}


def test_real_motions(real, body):
    assert real.keys() == animated_drawings.SHOWN.keys()
    motions = {name: animated_drawings.load(raw, body) for name, raw in real.items()}
    joints = {name: body.joints(motion) for name, motion in motions.items()}
    facts = {name: measure(motions[name], joints[name]) for name in motions}
    assert facts["jumping_jacks"].jacks >= 2
    assert [e.kind for e in find_events(motions["jumping"], joints["jumping"])].count(
        "jump"
    ) == 1 and walks_forwards(motions["jumping"])
    assert facts["wave_hello"].right.raised > 0 > -0.1 > facts["wave_hello"].left.raised
    for name in ("jumping", "wave_hello", "zombie", "dab"):  # no T-pose is left
        wrists = joints[name][0, [JOINT_INDEX[f"{side}_wrist"] for side in ("left", "right")]]
        assert torch.linalg.norm(wrists[0] - wrists[1]) < 1.2
        assert abs(body.vertices(motions[name])[..., 2].amin(dim=1).median()) < 0.02
