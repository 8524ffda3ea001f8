"""The CMU Graphics Lab Motion Capture Database: ASF/AMC as published, and BVH conversions made by others.

Files are named by subject and trial (``16_15.amc``). A BVH file's skeleton is identified by its joint names:
CMU's own 31 joints under three sets of names, the 43 of DAZ Studio, or the 100 of Character Creator.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from labkit.motion import Motion
from labkit.paths import LabError
from labkit_data.formats import asfamc
from labkit_data.formats.animation import Animation
from labkit_data.formats.bvh import frame_rate, read_bvh
from labkit_data.formats.text import any_case, read_text, with_points
from labkit_data.mocap import Sentences, align_torso, captioned, on_floor, piece, pitched, read_sentences
from labkit_data.pipeline import Raw
from labkit_data.retarget import Table, align_limbs, both_sides, retarget, zero_pose_table
from labkit_data.timing import Span, stretched

NAME = "cmu"
LICENSE = (
    "free for research, may be included in products, not to be resold even in converted form; "
    "data from mocap.cs.cmu.edu, created with funding from NSF EIA-0196217"
)

_SIDE = ("collar", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "foot")


def _mapping(torso: dict[str, str], side: str, left: str, right: str) -> dict[str, str]:
    """SMPL joint → source joint; `side` holds the sources of _SIDE, with * for `left` or `right`."""
    return both_sides(torso | dict(zip(_SIDE, side.split())), left, right)


def _torso(names: str) -> dict[str, str]:
    """The neck is left out: CMU's own two neck bones bend against each other, more than any neck does."""
    return dict(zip(("pelvis", "spine1", "spine2", "spine3", "head"), names.split()))


_CMU_SIDE = "*clavicle *humerus *radius *wrist *femur *tibia *foot *toes"
# Skeletons whose zero pose is a T-pose, or one with hanging arms, with all axes along the world's.
ZERO_POSE = (
    _mapping(_torso("root lowerback upperback thorax upperneck"), _CMU_SIDE, "l", "r"),
    _mapping(_torso("hip lowerback upperback thorax upperneck"), _CMU_SIDE, "l", "r"),
    _mapping(
        _torso("Hips LowerBack Spine Spine1 Neck1"),
        "*Shoulder *Arm *ForeArm *Hand *UpLeg *Leg *Foot *ToeBase",
        "Left",
        "Right",
    ),
    _mapping(
        _torso("Hips lowerback Chest Chest2 Neck"),
        "*Collar *Shoulder *Elbow *Wrist *Hip *Knee *Ankle *Toe",
        "Left",
        "Right",
    ),
    _mapping(
        dict(pelvis="hip", spine2="abdomen", spine3="chest", neck="neck", head="head"),
        "*Collar *Shldr *ForeArm *Hand *Thigh *Shin *Foot *Toe",
        "l",
        "r",
    ),
)


def _character_creator() -> Table:
    """Bones along their own +y. With these pitches of spine and head, walks have the posture of walks on
    CMU's own skeleton; with those of the feet, standing feet are flat. Measured on subjects 7, 16 and 35."""
    table = {
        "pelvis": ("CC_Base_Hip", np.eye(3)),
        "spine1": ("CC_Base_Waist", pitched(18)),
        "spine2": ("CC_Base_Spine01", pitched(-3)),
        "spine3": ("CC_Base_Spine02", pitched(-3)),
        "head": ("CC_Base_Head", pitched(7)),
    }
    for name, letter, side in (("left", "L", 1), ("right", "R", -1)):
        arm = np.array([[0, side, 0], [-side, 0, 0], [0, 0, 1.0]])
        leg = np.diag([-1.0, -1.0, 1.0])
        for joint, source, axes in (
            ("collar", "Clavicle", arm),
            ("shoulder", "Upperarm", arm),
            ("elbow", "Forearm", arm),
            ("wrist", "Hand", arm),
            ("hip", "Thigh", leg),
            ("knee", "Calf", leg),
            ("ankle", "Foot", pitched(14 - 90) @ leg),
            ("foot", "ToeBase", pitched(-5 - 90) @ leg),
        ):
            table[f"{name}_{joint}"] = f"CC_Base_{letter}_{source}", axes
    return table


CHARACTER_CREATOR = _character_creator()
STILL = {"127_01", "135_08", "49_15"}  # calibration poses and one that is held for 8 seconds
# Conversions that hold the two seconds before a jump, and one of a run whose feet hardly come near the floor.
SPOILT = {"118_05", "118_29", "09_10"}
TIPTOE = 30  # degrees: feet that point down by so much more while they are low, a conversion has turned
T_POSE = 7  # frames that a conversion's T-pose takes: one, and those that lead from it to the trial
LEAP = 60  # degrees from one frame to the next: a T-pose of other axes, from which nothing leads to the trial
HURRY = 12  # degrees from one frame to the next: it is still on the way from the T-pose
# BVH files whose frame time is wrong: trial → rows, and the rate at which people fall in them as fast as in
# other trials. Those of 118 are jumps, each cut out and resampled to 240 rows, whatever its length.
_JUMPS = {
    "03": 72, "06": 79, "07": 91, "08": 89, "09": 79, "10": 101, "11": 76, "12": 94, "13": 86, "14": 74,
    "15": 78, "16": 120, "17": 70, "18": 83, "19": 83, "21": 94, "22": 89, "23": 97, "26": 80,
}  # fmt: skip
FALLING = {f"118_{take}": (240, rate) for take, rate in _JUMPS.items()}
FALLING |= {"16_01": (322, 120), "16_02": (466, 120)}
# Sessions recorded at 60 Hz, which files taken for 120 Hz play at double speed: all lengths that KIT-ML
# states for their trials are whole 60ths of a second; those of salsa (60, 61) are in HumanML3D's index.
HALF_RATE = frozenset(
    f"CMU/{subject}" for subject in (60, 61, 62, 75, 77, 79, 80, 88, 93, 103, 106, 107, 115, 139, 141, 143)
)
DAZ_TOE = np.array([1.1221, -3.69964, 12.103])  # the End Site of its left foot, centimetres


def scan(path: Path) -> list[Raw]:
    """The trials under `path` in which a person moves, each once: as AMC where it is there, else as BVH.

    Files ``NN_TT.amc`` and ``NN_TT.bvh`` in any folder, and ``NN.bvh`` in folders named after salsa. The
    trials' captions are read from `path`, see `mocap.read_sentences`.
    """
    sentences, found = read_sentences(path), []
    trials: dict[str, Path] = {}
    left_out = {".amc": STILL, ".bvh": STILL | SPOILT}
    for file in [f for suffix in left_out for f in sorted(path.rglob("*" + any_case(suffix)))]:
        if re.fullmatch(r"\d+_\d+", file.stem) and file.stem not in left_out[file.suffix.lower()]:
            trials.setdefault(file.stem, file)
        elif re.fullmatch(r"\d+", file.stem) and "salsa" in file.parent.name:
            labels = dict(content="salsa", description="salsa dance", take=file.stem)
            found.append((Raw(f"salsa_{file.stem}", file, labels), amass_key(salsa_trial(file.stem))))
    for trial, file in trials.items():
        found.append((Raw(trial, file, trial_labels(trial, sentences)), amass_key(trial)))
    return captioned(found, sentences, span, HALF_RATE)


def salsa_trial(take: str) -> str:
    """The trial of a salsa file: takes 1 to 15 are 60_01 to 60_15, the others their partner's, from 61_01 on.

    Captions by the lengths of the trials: 20 of them in HumanML3D's index fit no other order.
    """
    couple, number = divmod(int(take) - 1, 15)
    return f"{60 + couple}_{number + 1:02d}"


def trial_labels(trial: str, sentences: Sentences) -> dict[str, str]:
    """Subject, trial and take, and the trial's content and description where CMU's words are at hand."""
    labels = dict(trial=trial, subject=trial.split("_")[0], take=trial.split("_")[1])
    if trial in sentences.labels:
        # The short label is of the subject's whole session, the long one of the trial.
        session, content = (sentences.labels[trial][k] for k in ("short_label", "long_label"))
        content = session if content == "Unknown" else content.removeprefix("playground - ")
        labels |= dict(content=content, description=content, session=session)
    return labels


def amass_key(trial: str) -> str:
    """The trial's path in AMASS."""
    return f"CMU/{trial.split('_')[0]}/{trial}"


def span(file: Path) -> Span:
    """Where a file lies in the time of its trial, without reading all of it into numbers."""
    text = read_text(file)
    if file.suffix.lower() == ".amc":
        first = re.search(r"^\s*(\d+)\s*$", text, re.MULTILINE)
        start = asfamc.start_time(int(first[1]) if first else 1)
        return Span(
            start, start + len(re.findall(r"^[ \t]*root\s", text, re.MULTILINE)) / asfamc.FPS, asfamc.FPS
        )
    found, time = (re.search(rf"{key}:\s*(\S+)", text, re.IGNORECASE) for key in ("Frames", "Frame Time"))
    try:
        fps = _rate(file, int(found[1]), frame_rate(with_points(time[1])))
        return Span(0.0, int(found[1]) / fps, fps)
    except (TypeError, ArithmeticError, ValueError) as error:
        raise LabError(f"{file}: no number of frames or no frame time: get it again") from error


def load(raw: Raw, body) -> Motion:
    """One trial or piece of it on the body. Raises LabError where its file is broken."""
    if raw.file.suffix.lower() == ".amc":
        animation = asfamc.read_asf_amc(skeleton(raw.file), raw.file)
    else:
        animation = read_conversion(raw.file)
    others = [source for source, _ in CHARACTER_CREATOR.values()]
    animation.require(raw.file, *(mapping.values() for mapping in ZERO_POSE), others)
    if mapping := zero_pose_mapping(animation):
        animation = flat_feet(level_feet(animation, mapping), mapping)
        table = align_torso(animation, zero_pose_table(animation, mapping, body), body)
    else:
        table = align_limbs(animation, CHARACTER_CREATOR, body)
    animation = stretched(animation, raw)
    return piece(on_floor(retarget(animation, table, body, 0.0), body), raw, animation.start)


def skeleton(amc: Path) -> Path:
    """The .asf file of a trial's subject, beside the trial."""
    subject = amc.stem.split("_")[0]
    return next(amc.parent.glob(subject + any_case(".asf")), amc.with_name(f"{subject}.asf"))


def beside(raw: Raw) -> list[Path]:
    """The skeleton of an AMC file, if it is there."""
    return [f for f in [skeleton(raw.file)] if raw.file.suffix.lower() == ".amc" and f.is_file()]


def read_conversion(file: Path) -> Animation:
    """A BVH conversion in metres, without the T-pose that some of them begin with."""
    animation = read_bvh(file, 1.0)
    if "RL_BoneRoot" in animation.names:
        raise LabError(f"{file}: this conversion has lost the height of the hips: use the trial's .amc")
    if "lToe" not in animation.names and "lShin" in animation.names:
        animation = _with_toes(animation)
    # Metres, centimetres, or CMU's own unit, determined by the length of a thigh.
    longest = np.linalg.norm(animation.offsets[1:], axis=1).max()
    scale = 1.0 if longest < 1 else asfamc.INCH / 0.45 if longest < 15 else 0.01
    fps = _rate(file, len(animation.root), animation.fps)
    first = _t_pose_frames(animation.rotations)
    if first >= len(animation.root):
        raise LabError(f"{file} holds nothing but a T-pose: get it again")
    return replace(
        animation,
        offsets=animation.offsets * scale,
        rotations=animation.rotations[first:],
        root=animation.root[first:] * scale,
        fps=fps,
        start=max(first - 1, 0) / fps,  # the T-pose was put before the trial
    )


def _rate(file: Path, rows: int, stated: float) -> float:
    """The rate of a BVH file, where falls show that the stated one is wrong."""
    known, rate = FALLING.get(file.stem, (0, stated))
    return rate if rows == known else stated


def zero_pose_mapping(animation: Animation) -> dict[str, str] | None:
    """The mapping of ZERO_POSE whose joints the animation has."""
    names = set(animation.names)
    return next((mapping for mapping in ZERO_POSE if names.issuperset(mapping.values())), None)


def level_feet(animation: Animation, mapping: dict[str, str]) -> Animation:
    """The same motion, its feet in axes that are level when the foot is level under a straight leg.

    CMU's zero pose spreads the legs by 20° and tilts the feet with them.
    """
    rotations, offsets = animation.rotations.copy(), animation.offsets.copy()
    for side in ("left", "right"):
        ankle, foot = (animation.names.index(mapping[f"{side}_{joint}"]) for joint in ("ankle", "foot"))
        x, y, _ = offsets[ankle]
        tilt = Rotation.from_euler("z", np.arctan2(x, -y)).as_matrix()
        rotations[:, ankle] = rotations[:, ankle] @ tilt
        rotations[:, foot] = tilt.T @ rotations[:, foot] @ tilt
        offsets[foot] = tilt.T @ offsets[foot]
    return replace(animation, rotations=rotations, offsets=offsets)


def flat_feet(animation: Animation, mapping: dict[str, str]) -> Animation:
    """The same motion, its feet turned up where a conversion has turned both down, as snumrl's of subject 94.

    The angle is measured in the frames in which the ankle is low: in no trial of CMU's are both feet there
    more than 25 degrees steeper than when they stand level.
    """
    sides, places, down = ("left", "right"), animation.forward()[1], []
    ankles, feet = ([animation.names.index(mapping[f"{s}_{j}"]) for s in sides] for j in ("ankle", "foot"))
    for ankle, foot in zip(ankles, feet):
        low = places[:, ankle, 1] <= np.percentile(places[:, ankle, 1], 20)
        bones = np.stack([animation.offsets[foot], *(places[:, foot] - places[:, ankle])[low]])
        level, *found = -np.degrees(np.arctan2(bones[:, 1], np.hypot(bones[:, 0], bones[:, 2])))
        down.append(np.median(found) - level)
    if min(down) < TIPTOE:
        return animation
    rotations = animation.rotations.copy()
    for ankle, degrees in zip(ankles, down):
        rotations[:, ankle] = rotations[:, ankle] @ pitched(-degrees)
    return replace(animation, rotations=rotations)


def _is_zero_pose(rotations: np.ndarray) -> bool:
    """Whether more than half of the joints (J, 3, 3) are not turned at all: people never stand like that."""
    return float(np.mean(np.trace(rotations, axis1=1, axis2=2) > 3 - 1e-6)) > 0.5


def _t_pose_frames(rotations: np.ndarray) -> int:
    """How many frames (F, J, 3, 3) from the first are a T-pose, or on the way from it to the trial."""
    first = rotations[: T_POSE + 3]
    turns = np.trace(first[:-1].swapaxes(-1, -2) @ first[1:], axis1=-2, axis2=-1)
    degrees = np.degrees(np.arccos(np.clip((turns - 1) / 2, -1, 1))).max(axis=1)
    if _is_zero_pose(rotations[0]):  # some files go back to it once; the way slows down for three frames
        return max([T_POSE, *(np.flatnonzero(degrees > HURRY) + 4).tolist()])
    return int((degrees[:1] > LEAP).any())


def _with_toes(animation: Animation) -> Animation:
    """DAZ's skeleton with the ends of its feet as joints lToe and rToe."""
    feet = [animation.names.index(f"{side}Foot") for side in "lr"]
    still = np.tile(np.eye(3), (len(animation.root), 2, 1, 1))
    return replace(
        animation,
        names=[*animation.names, "lToe", "rToe"],
        parents=[*animation.parents, *feet],
        offsets=np.vstack([animation.offsets, DAZ_TOE, DAZ_TOE * [-1, 1, 1]]),
        rotations=np.concatenate([animation.rotations, still], axis=1),
    )
