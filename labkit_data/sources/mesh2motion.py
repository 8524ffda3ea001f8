"""Hand-made animations, two .glb files: Quaternius's Universal Animation Library and Mesh2Motion's own."""

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from labkit.motion import Motion
from labkit.paths import LabError
from labkit_data.formats.animation import Animation
from labkit_data.formats.gltf import read_glb
from labkit_data.formats.text import any_case
from labkit_data.pipeline import Raw
from labkit_data.retarget import align_limbs, ankle_height, both_sides, leg_ratio, rest_table, retarget

NAME = "mesh2motion"
LICENSE = "CC0 1.0, Quaternius (base animations) and Mesh2Motion (addon animations)"

SAME = 3  # degrees from one frame to another that is the same

# File → what the library's skeleton calls SMPL's joints; * is the side.
_BASE = dict(
    pelvis="DEF-hips", spine1="DEF-spine.001", spine2="DEF-spine.002", spine3="DEF-spine.003",
    neck="DEF-neck", head="DEF-head", collar="DEF-shoulder.*", shoulder="DEF-upper_arm.*",
    elbow="DEF-forearm.*", wrist="DEF-hand.*", hip="DEF-thigh.*", knee="DEF-shin.*", ankle="DEF-foot.*",
    foot="DEF-toe.*",
)  # fmt: skip
_ADDON = dict(
    pelvis="pelvis", spine1="spine_01", spine2="spine_02", spine3="spine_03", neck="neck_01", head="head",
    collar="clavicle_*", shoulder="upperarm_*", elbow="lowerarm_*", wrist="hand_*", hip="thigh_*",
    knee="calf_*", ankle="foot_*", foot="ball_*",
)  # fmt: skip


MAPPINGS = {
    "human-base-animations": both_sides(_BASE, "L", "R"),
    "human-addon-animations": both_sides(_ADDON, "l", "r"),
}
BASE, ADDON = MAPPINGS

# A clip: animations that follow one another, how often, and what is done in them. Not here are poses that do
# not move, and animations to which a game adds the displacement: runs, rolls and jumps on the spot.
_CLIPS = {
    BASE: """
        Crouch_Fwd_Loop × 2: walk in a crouch
        Dance_Loop × 3: dance
        Death01: fall down backwards
        Driving_Loop: driving a car
        Fixing_Kneeling: kneel down, fixing something
        Idle_Loop: stand
        Idle_Talking_Loop: stand and talk
        Idle_Torch_Loop × 2: hold up a torch with the left hand
        Interact: reach out with the left hand
        PickUp_Table × 2: pick up something from a table with the left hand
        Pistol_Reload: reload a pistol
        Pistol_Shoot × 2: shoot a pistol
        Punch_Cross × 2: punch with the right hand
        Punch_Jab × 2: punch with the left hand
        Punch_Enter + Punch_Jab + Punch_Cross: raise the fists, then punch left and right
        Push_Loop: push something heavy
        Sitting_Enter: sit down
        Sitting_Exit: stand up
        Sitting_Idle_Loop: sit
        Sitting_Talking_Loop: sit and talk
        Sitting_Enter + Sitting_Idle_Loop + Sitting_Exit: sit down, then stand up
        Spell_Simple_Enter + Spell_Simple_Shoot + Spell_Simple_Exit: cast a spell with the left hand
        Swim_Fwd_Loop × 3: swim
        Sword_Attack: sword attack
        Walk_Loop × 3: walk
        Walk_Formal_Loop × 3: walk
    """,
    ADDON: """
        Angry × 3: angry
        Backflip: backflip
        Bow: bow
        Confused: confused
        Consume Item: drink from the left hand
        Crawl RM: crawl forward on the stomach
        Dance Body Roll: dance
        Dance Charleston × 2: dance the charleston
        Dance Reach Hip: dance
        Dizzy: dizzy
        Fighting Idle: stand in a fighting stance
        Fighting Left Jab × 2: punch with the left hand
        Fighting Right Jab × 2: punch with the right hand
        Greeting: greet with the right hand
        Head Nod × 2: nod
        Idle Listening: stand and listen
        Jumping Jacks × 3: jumping jacks
        Kneeling Tired × 2: kneel, tired
        Meditate: sit cross-legged and meditate
        Pushup × 2: push-ups
        Reject: refuse with both hands
        Shivering × 6: shiver
        Sleeping: lie on the back and sleep
        Throw Object: throw with the right hand
        Tired Hunched × 2: rest on hands and knees, tired
        Victory: jump and cheer with the right hand
        Victory Fist Pump: cheer, pump the right fist
    """,
}
# Their feet slide back over the floor as on a treadmill: here the body moves forward instead.
TREADMILL = {"Crouch_Fwd_Loop", "Push_Loop", "Walk_Loop", "Walk_Formal_Loop"}


def scan(path: Path) -> list[Raw]:
    """The clips of the two files, in any folder under `path`."""
    raws = []
    for stem, table in _CLIPS.items():
        for file in sorted(path.rglob(stem + any_case(".glb")))[:1]:
            for line in table.strip().splitlines():
                names, description = line.strip().split(": ")
                animations, _, times = names.partition(" × ")
                # Two files of one kind each: no trials to distinguish, and too few for a test of their own.
                labels = dict(content=description, description=description, split="train")
                labels |= dict(animations=animations, times=times or "1")
                name = re.sub(r"[^A-Za-z0-9]+", "_", f"{stem.split('-')[1]} {animations}")
                raws.append(Raw(name, file, labels))
    return raws


def load(raw: Raw, body) -> Motion:
    """One clip on the body. Raises LabError where its file is broken or lacks one of its animations."""
    mapping = MAPPINGS[raw.file.stem]
    rest, found = _read(raw.file, mapping["pelvis"])
    names = raw.labels["animations"].split(" + ") * int(raw.labels["times"])
    if missing := set(names) - found.keys():
        raise LabError(f"{raw.file} has no animation {missing.pop()}: get it again")
    animation = _joined([found[name] for name in names])
    if names[0] in TREADMILL:
        animation = _going(animation, mapping)
    table = align_limbs(rest, rest_table(rest, mapping), body)
    ankle = rest.forward()[1][0, rest.names.index(mapping["left_ankle"]), 1]
    return retarget(animation, table, body, ankle_height(body) - leg_ratio(rest, table, body) * ankle)


@lru_cache(maxsize=2)
def _read(file: Path, root: str) -> tuple[Animation, dict[str, Animation]]:
    return read_glb(file, root)


def _joined(parts: list[Animation]) -> Animation:
    """One after another. Where a part ends as the next one begins, the frame is there once."""
    kept = []
    for part, following in zip(parts, parts[1:]):
        turn = part.rotations[-1].swapaxes(1, 2) @ following.rotations[0]
        same = np.trace(turn, axis1=1, axis2=2).min() > 1 + 2 * np.cos(np.radians(SAME))
        kept.append(slice(len(part.root) - same))
    kept.append(slice(None))
    return replace(
        parts[0],
        rotations=np.concatenate([part.rotations[k] for part, k in zip(parts, kept)]),
        root=np.concatenate([part.root[k] for part, k in zip(parts, kept)]),
    )


def _going(animation: Animation, mapping: dict[str, str]) -> Animation:
    """Forwards, +Z, as fast as the lower foot moves backwards in most frames."""
    feet = [animation.names.index(mapping[f"{side}_foot"]) for side in ("left", "right")]
    feet = animation.forward()[1][:, feet]
    lower = feet[1:, :, 1].argmin(axis=1)
    speed = np.median(np.diff(feet[..., 2], axis=0)[np.arange(len(lower)), lower])
    return replace(animation, root=animation.root - np.outer(np.arange(len(animation.root)), [0, 0, speed]))
