"""Recordings of the Movement Research Lab, Seoul National University: BVH in three skeletons and AMC, 30 fps.

They lie in three of the lab's repositories: ys2010, VSports and TimeCriticalResponse. They are a source of
their own so that weights can be made without them.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from labkit.motion import Motion
from labkit.paths import LabError
from labkit_data.formats.animation import Animation
from labkit_data.formats.asfamc import read_asf_amc
from labkit_data.formats.bvh import read_bvh
from labkit_data.formats.text import any_case
from labkit_data.mocap import align_torso, on_floor
from labkit_data.pipeline import Raw
from labkit_data.retarget import Table, align_limbs, retarget, zero_pose_table
from labkit_data.sources.cmu import level_feet
from labkit_data.t_pose import without_t_poses

NAME = "snu"
LICENSE = (
    "Apache-2.0, martial arts BSD-3-Clause: the licences of the repositories that hold the files; Movement "
    "Research Lab, Seoul National University (Jehee Lee); martial arts: 2020 NCSOFT and SNU R&D Foundation"
)

# What files show: the first whose pattern begins the file's name without its suffix.
_SHOWN = """
    wd2_1_kick, wd2_n_kick: kick
    wd2_1foot_contact_run: run, turn around
    wd2_2foot_walk_turn: walk, turn around
    wd2_falling_down: fall down, get up
    wd2_fast_2foot_hop, wd2_slow_2foot_hop: hop forward on both feet
    wd2_fast_cancan_run, wd2_ffast_cancan_run: jog
    wd2_long_broad_jump, wd2_short_broad_jump: jump forward
    wd2_Physics_Jump03: jump
    wd2_Physics_Jump: jump up
    wd2_Physics_Raise00: lie down on the stomach, get up
    wd2_Physics_Raise01, wd2_Physics_Raise02: get up from lying on the back, lie down
    wd2_Physics_Raise: get up from lying on the back
    wd2_Physics_2_Push, wd2_PushBack, wd2_PushStep: be pushed, step to keep balance
    wd2_WalkAzuma: walk with a swagger
    wd2_WalkBackward: walk backwards
    wd2_WalkHandWav: walk, swing the arms
    wd2_WalkLean: walk leaning backwards
    wd2_WalkSoldier: march like a soldier
    wd2_WalkSukiko: walk bent forward like an old person
    wd2_WalkTongTong: walk with bouncing steps
    wd2_pick_walk: walk, pick up something
    B_boy_7, B_boy_8: walk
    B_boy: breakdance
    wd2_tt_serve: table tennis serve
    wd2_tt_sidestep: table tennis, side steps
    wd2_tt: table tennis
    tennis: tennis
    s_003, s_004: basketball
    s_: martial arts
    boxing_boxman_blocking: block
    boxing_boxman_ducking: boxing duck
    boxing_boxman_hited: get hit
    boxing_boxman_stand_dir_hook_left: boxing hook left
    boxing_boxman_stand_dir_hook_right: boxing hook right
    boxing_boxman_stand_dir_onetwo: boxing one two
    boxing_boxman_stand_dir_straight_right: boxing punch right
    boxing_boxman_stand_dir_upper_both: boxing upper both
    boxing_boxman_stand_dir_upper_left: boxing upper left
    boxing_boxman_stand_dir_upper_right: boxing upper right
    boxing_boxman_stand_dir_zap_left: boxing jab left
    boxing_boxman_stand_dir_zap_right: boxing jab right
"""
# Two of less than two seconds without a push, and one with a left foot turned round.
_LEFT_OUT = {"wd2_PushBack00", "wd2_PushStep02", "s_024_2_4"}

UPRIGHT = 0.85  # of the standing pelvis height: frames above it are used to find the floor

_SIDE = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")
UP, AHEAD, LEFT = np.eye(3)[[1, 2, 0]]


def _axes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A of a joint whose local x and y axes lie along these directions of SMPL's rest pose."""
    return np.column_stack([x, y, np.cross(x, y)])


def _limbs(left: str, right: str) -> dict[str, str]:
    names = zip(("left", "right"), (left, right))
    return {f"{side}_{joint}": source for side, text in names for joint, source in zip(_SIDE, text.split())}


# A skeleton whose zero pose is a T-pose along the world's axes. Its upper joint of the spine is at the height
# of the shoulders, so the whole chest goes with the lower one.
T_POSED = {"pelvis": "Hips", "spine1": "Spine", "spine3": "Spine", "neck": "Spine1", "head": "Head"}
T_POSED |= _limbs(
    "LeftShoulder1 LeftArm LeftForeArm LeftHand LeftUpLeg LeftLeg LeftFoot LeftToes",
    "RightShoulder RightArm RightForeArm RightHand RightUpLeg RightLeg RightFoot RightToes",
)


def _table(torso: np.ndarray, arms: list[np.ndarray], legs: list[np.ndarray]) -> Table:
    """A table of a skeleton with a Spine2, by the axes of left and right limbs."""
    table = {"pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2"}
    table = {joint: (source, torso) for joint, source in (table | dict(neck="Neck", head="Head")).items()}
    sources = "Shoulder Arm ForeArm Hand UpLeg Leg Foot Toe"
    sides = _limbs(*(re.sub(r"\b(?=\w)", side, sources) for side in ("Left", "Right")))
    for joint, source in sides.items():
        limbs = arms if joint.split("_")[1] in _SIDE[:4] else legs
        table[joint] = source, limbs[joint.startswith("right")]
    return table


# Basketball: x along the bones, as the T-pose file of VSports stands, but for hands and toes.
BALL_PLAYER = _table(
    _axes(UP, AHEAD), [_axes(LEFT, -AHEAD), _axes(-LEFT, -AHEAD)], [_axes(-UP, AHEAD), _axes(-UP, AHEAD)]
)
BALL_PLAYER |= {
    "left_wrist": ("LeftHand", _axes(LEFT, -UP)),
    "right_wrist": ("RightHand", _axes(-LEFT, -UP)),
    "left_foot": ("LeftToe", _axes(AHEAD, UP)),
    "right_foot": ("RightToe", _axes(AHEAD, UP)),
}
# Martial arts: x against the bones of the right arm and of the left leg. Elbows and knees bend as they must.
FIGHTER = _table(
    _axes(UP, -AHEAD), [_axes(LEFT, -AHEAD), _axes(LEFT, AHEAD)], [_axes(UP, -AHEAD), _axes(-UP, AHEAD)]
)


# The dancer's ASF skeleton, at rest: hips x up, y forward, z to the left; elbows and knees bent.
DANCER = dict(pelvis="root", spine1="Spine", spine3="Spine1", neck="Neck", head="Head") | _limbs(
    "L_Clavicle L_UpperArm L_Forearm L_Hand L_Thigh L_Calf L_Foot L_Toe0",
    "R_Clavicle R_UpperArm R_Forearm R_Hand R_Thigh R_Calf R_Foot R_Toe0",
)
DANCERS = "cs04_f.asf"  # their skeleton
FLAT = 40  # degrees: how steeply ankle to toe joint points down when the dancer's foot stands level


def dancer_table(animation: Animation) -> Table:
    """The table of DANCER: bones as they are at rest, and the axes about which elbows and knees are bent."""
    table = {joint: (source, _axes(UP, AHEAD)) for joint, source in DANCER.items()}
    bones = {name: animation.offsets[j] for j, name in enumerate(animation.names)}  # each from its parent

    def turn(joint: str, bone: np.ndarray, hinge: np.ndarray, to: np.ndarray, about: np.ndarray) -> None:
        ours, theirs = (_axes(b, h - b * (b @ h) / (b @ b)) for b, h in ((to, about), (bone, hinge)))
        ours, theirs = (m / np.linalg.norm(m, axis=0) for m in (ours, theirs))
        table[joint] = table[joint][0], ours @ theirs.T

    for joint, child in (("spine1", "Spine1"), ("spine3", "Neck")):
        turn(joint, bones[child], np.eye(3)[2], UP, LEFT)
    table["neck"] = "Neck", table["spine3"][1]
    steep = np.radians(FLAT)
    for side, sign in (("left", 1), ("right", -1)):
        collar, arm, forearm, hand, thigh, calf, foot, toe = (bones[DANCER[f"{side}_{j}"]] for j in _SIDE)
        turn(f"{side}_collar", arm, np.eye(3)[0], sign * LEFT, UP)
        for joint, bone in (("shoulder", forearm), ("elbow", hand), ("wrist", hand)):
            turn(f"{side}_{joint}", bone, np.cross(forearm, hand), sign * LEFT, np.cross(sign * LEFT, AHEAD))
        for joint, bone in (("hip", calf), ("knee", foot)):
            turn(f"{side}_{joint}", bone, np.cross(calf, foot), -UP, LEFT)
        level = np.cos(steep) * AHEAD - np.sin(steep) * UP
        for joint in ("ankle", "foot"):
            turn(f"{side}_{joint}", toe, np.cross(calf, foot), level, LEFT)
    return table


def scan(path: Path) -> list[Raw]:
    """The recordings of the lab under `path`, in any folder; files of other names, and T-poses, are left."""
    shown = [line.strip().split(": ") for line in _SHOWN.strip().splitlines()]
    shown = [(tuple(stems.split(", ")), description) for stems, description in shown]
    raws = []
    patterns = "*" + any_case(".bvh"), "B_boy*" + any_case(".amc")
    for file in (file for pattern in patterns for file in sorted(path.rglob(pattern))):
        content = next((description for stems, description in shown if file.stem.startswith(stems)), None)
        if content and file.stem not in _LEFT_OUT:
            raws.append(Raw(file.stem, file, dict(content=content, description=content)))
    return raws


def load(raw: Raw, body) -> Motion:
    """One recording on the body, without T-poses at its ends. Raises LabError where its file is broken."""
    animation = read_dancer(raw.file) if raw.file.suffix.lower() == ".amc" else read_snu(raw.file)
    if raw.file.suffix.lower() == ".amc":
        table = align_limbs(animation, dancer_table(animation), body)
    elif set(T_POSED.values()) <= set(animation.names):
        animation = level_feet(animation, T_POSED)
        table = align_torso(animation, zero_pose_table(animation, T_POSED, body), body)
    else:
        animation.require(raw.file, (source for source, _ in FIGHTER.values()), T_POSED.values())
        along = animation.offsets[animation.names.index("LeftLeg"), 0] > 0  # the thigh, its x axis
        table = align_limbs(animation, BALL_PLAYER if along else FIGHTER, body)
    motion = retarget(animation, table, body, 0.0)
    # The feet of fighters who are down lie on their sides, lower than any foot stands.
    standing = motion[motion.pelvis[:, 2] > UPRIGHT * motion.pelvis[:, 2].quantile(0.9)]
    down = (on_floor(standing, body).pelvis - standing.pelvis)[0]
    motion = without_t_poses(replace(motion, pelvis=motion.pelvis + down), body)
    if not len(motion):
        raise LabError(f"{raw.file} holds nothing but a T-pose")
    return motion


def beside(raw: Raw) -> list[Path]:
    """The skeleton of a dancer's file, if it is there."""
    skeleton = raw.file.with_name(DANCERS)
    return [skeleton] if raw.file.suffix.lower() == ".amc" and skeleton.is_file() else []


def read_dancer(file: Path) -> Animation:
    """A dancer's AMC, 30 frames a second, on the one skeleton beside it."""
    animation = read_asf_amc(file.with_name(DANCERS), file)
    animation.require(file, DANCER.values())
    return replace(animation, fps=30.0)


def read_snu(file: Path) -> Animation:
    """A recording in metres; files are in centimetres or inches, determined by the length of a thigh."""
    animation = read_bvh(file, 1.0)
    names = [{"HEad": "Head"}.get(name, name) for name in animation.names]
    if "LeftLeg" not in names:
        raise LabError(f"{file}: not a skeleton of this lab: {', '.join(names[:4])} …")
    scale = 0.01 if np.linalg.norm(animation.offsets[names.index("LeftLeg")]) > 30 else 0.0254
    return replace(animation, names=names, offsets=animation.offsets * scale, root=animation.root * scale)
