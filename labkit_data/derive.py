"""Clips that no recording shows, made from training clips: other paths, other lengths, standing still.

In published motion capture people rarely walk in a circle or turn on the spot, run for a second or three
only, kick as soon as the recording begins, and never just stand. Such clips can be made with hardly any new
pose: a straight walk is bent by turning the body about the foot that carries it, a standing person turns in
small steps, cycles of a gait or of blows are repeated, a pause is played forwards and backwards, and the
first and last pose of a short clip are held. Captions are made as for recordings, from what is measured on
the result.
"""

import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from labkit.body import Body, load_body
from labkit.motion import FPS, JOINT_INDEX, MOVES, Motion, encode
from labkit.paths import LabError
from labkit.store import Clip, read_store, write_store
from labkit_data.captions import caption_motion
from labkit_data.events import find_events
from labkit_data.retiming import (
    best_cycle,
    hold,
    longest_pause,
    repeat,
    repeat_in_place,
    swing,
)  # fmt: skip
from labkit_data.turning import bend, smoothstep, turn_in_place

QUIET = [
    JOINT_INDEX[name] for name in ("pelvis", "head", "left_wrist", "right_wrist", "left_ankle", "right_ankle")
]
PAUSE, UPRIGHT = 3 * FPS // 2, 0.85  # at least: frames of a pause; height of the pelvis in it, metres
WRISTS = [JOINT_INDEX[f"{side}_wrist"] for side in ("left", "right")]
HANGING = 1.1  # metres; the hands are lower than that in a pause
LONG = 4 * FPS  # frames; shorter walks are not bent
FASTEST = np.radians(110)  # of a bent walk's turn, per second
# Bent paths: least and greatest angle, degrees.
PATHS = {"circle": (290, 420), "turn": (45, 110), "turn_around": (160, 200)}
# Gaits and exercises whose cycles may be repeated, and the frames of a longer clip, at least and at most.
CYCLIC = {
    "walk", "walk backwards", "jog", "run", "jog, run", "sidestep", "walk diagonally", "skip", "hop",
    "march", "crawl", "sneak", "jumping jacks", "climb stairs",
}  # fmt: skip
LOOPED = 4 * FPS, 8 * FPS
BLOWS = {"punch", "kick"}  # of these, one cycle alone is repeated, where the body stays
BLOW = 0.12  # metres; greatest mean distance of the joints at both ends of a blow
LEAVES = 0.4  # metres, and radians; a blow in which it goes or turns farther is left out
TURNS = 3  # on the spot, of one pause
TURN = (45, 90, 90, 180, 180, 180, 270, 360)  # degrees, of turns on the spot
TURNING = np.radians(60), np.radians(110)  # mean speed of these turns per second, least and greatest
CUT = 5 * FPS  # frames; of longer gaits a part is cut out
SHORT = 5 * FPS  # frames; of shorter clips the first and last pose are held
HELD = 4 * FPS, 7 * FPS  # frames of such a clip, at least and at most
KICKS_AND_JUMPS = {
    "kick", "kick ball", "martial arts", "jump up", "jump forward", "jump backwards", "jump and turn", "leap",
}  # fmt: skip
AROUND = 2 * FPS  # frames before and after a kick or jump, in which its ends are looked for
CALM = 1.0  # metres per second; a clip whose joints are faster at an end cannot be held there
NAME = "derived"


def derive(stores: Sequence[Path], out: Path) -> str:
    """Make clips from the training clips of prepared stores, write them to `out` → a summary of one line.

    Raises LabError where a store cannot be read or no clip can be made.
    """
    body = load_body()
    clips = [clip for store in stores for clip in read_store(store)[0] if clip.split == "train"]
    made = [new for clip in tqdm(clips, desc=NAME, unit="clip") for new in variants(clip, body)]
    if not made:
        where = ", ".join(map(str, stores))
        raise LabError(f"no walk of {LONG // FPS} s, no pause and no short clip in {where}")
    write_store(
        out, made, dict(source=NAME, license="that of the clips it is made from", fps=FPS, clips=len(made))
    )
    return (
        f"{out}: {len(made)} clips of {len(clips)}, {sum(len(c.motion) for c in made) / FPS / 60:.0f} minutes"
    )


def variants(clip: Clip, body: Body) -> Iterator[Clip]:
    """All clips that are made of one clip."""
    yield from walks(clip, body)
    yield from loops(clip, body)
    yield from blows(clip, body)
    yield from pauses(clip, body)
    yield from held(clip, body)


def walks(clip: Clip, body: Body) -> Iterator[Clip]:
    """A clip of a straight walk along a bent path, one of PATHS at random; none of anything else."""
    if clip.labels.get("family") != "walk" or clip.labels.get("side") or len(clip.motion) < LONG:
        return
    rng, joints = random.Random(clip.name), body.joints(clip.motion)
    F = len(clip.motion)
    path = rng.choice(list(PATHS))
    least, most = PATHS[path]
    angle = np.radians(rng.choice((-1, 1)) * rng.uniform(least, most))
    shortest = math.ceil(1.5 * abs(angle) / FASTEST * FPS)  # a smooth turn is 1.5 times as fast as its mean
    if shortest > F:
        return
    length = F if path == "circle" else rng.uniform(shortest, max(shortest, F / 2))
    done = ((torch.arange(F) - rng.uniform(0, F - length)) / length).clamp(0, 1)  # (F,)
    motion = bend(clip.motion, joints, angle * (done if path == "circle" else smoothstep(done)))
    yield _captioned(f"{clip.name}_{path}", motion, "walk", clip.labels.get("style", ""), body)


def loops(clip: Clip, body: Body) -> Iterator[Clip]:
    """A clip of a gait of another length: one cycle is repeated, or a long one is cut; else none."""
    rng, F = random.Random(clip.name), len(clip.motion)
    if clip.labels.get("family") not in CYCLIC:
        return
    if F > CUT:
        length = round(rng.uniform(3 * FPS, min(F, 6 * FPS)))
        start = rng.randint(0, F - length)
        yield _like(f"{clip.name}_part", clip.motion[start : start + length], clip, body)
        return
    length = round(rng.uniform(*LOOPED))
    if 0.75 * length < F:
        return
    joints = body.joints(clip.motion)
    cycle = best_cycle(encode(clip.motion, joints))
    if cycle is None:
        return
    motion = repeat(clip.motion, joints, *cycle, times=round((length - F) / (cycle[1] - cycle[0])))
    yield _like(f"{clip.name}_longer", motion, clip, body)


def blows(clip: Clip, body: Body) -> Iterator[Clip]:
    """Clips of each kick or punch of a clip, repeated from guard to guard; none of other families."""
    families = BLOWS & set(clip.labels.get("family", "").split(", "))
    if not families:
        return
    joints = body.joints(clip.motion)
    x, rng, last = encode(clip.motion, joints), random.Random(clip.name), 0
    for event in find_events(clip.motion, joints):
        if event.kind not in families or event.start < last:
            continue
        first, last = max(event.start - FPS, 0), min(event.end + FPS, len(x))
        cycle = best_cycle(x[first:last], BLOW, contains=(event.start + 3 - first, event.end - 3 - first))
        if cycle is None:
            continue
        a, b = first + cycle[0], first + cycle[1]
        way = x[a:b, MOVES].sum(0)  # (3,), metres and radians
        if way.abs().max() > LEAVES:
            continue
        motion = repeat_in_place(x, a, b, times=math.ceil(rng.uniform(*HELD) / (b - a)))
        yield _like(f"{clip.name}_again_{event.start}", motion, clip, body)


def pauses(clip: Clip, body: Body) -> Iterator[Clip]:
    """The longest pause of a standing person, played forwards and backwards, and with a turn on the spot.

    None of a clip without such a pause.
    """
    joints = body.joints(clip.motion)
    start, end = longest_pause(joints[:, QUIET].numpy())
    there = joints[start:end]
    if end - start < PAUSE or there[:, 0, 2].min() < UPRIGHT or there[:, WRISTS, 2].max() > HANGING:
        return
    rng = random.Random(clip.name)
    pause = clip.motion[start:end]
    longer = swing(pause, round(rng.uniform(3, 8) * FPS))
    yield _captioned(f"{clip.name}_pause", longer, "stand still", "", body)
    for k in range(TURNS):
        angle = np.radians(rng.choice((-1, 1)) * rng.choice(TURN))
        length = round(abs(angle) / rng.uniform(*TURNING) * FPS)
        before, after = (round(rng.uniform(0.3, 2) * FPS) for _ in range(2))
        longer = swing(pause, before + length + after)
        motion = turn_in_place(longer, body, angle, before, before + length)
        yield _captioned(f"{clip.name}_turn_in_place_{k}", motion, "turn", "", body)


def held(clip: Clip, body: Body) -> Iterator[Clip]:
    """A short clip with its first and last pose held, or each kick and jump of a long clip in that way.

    None of a gait, or where the body is not calm at those ends.
    """
    F, families = len(clip.motion), set(clip.labels.get("family", "").split(", "))
    if families & (CYCLIC | {"", "stand"}):
        return
    joints = body.joints(clip.motion)
    x, speed = encode(clip.motion, joints), fastest(joints)  # (F, D), (F,)
    if F < SHORT:
        motion = _held(x, speed, random.Random(clip.name))
        if motion is not None:
            yield Clip(f"{clip.name}_held", motion, clip.captions, clip.labels)
        return
    events, last = find_events(clip.motion, joints) if families & KICKS_AND_JUMPS else (), 0
    for event in events:
        if event.kind not in ("kick", "jump") or event.start < last:
            continue
        before, after = max(event.start - AROUND, 0), min(event.end + AROUND, F)
        start = before + int(speed[before : event.start + 1].argmin())
        end = event.end + int(speed[event.end - 1 : after].argmin())
        last = end
        motion = _held(x[start:end], speed[start:end], random.Random(f"{clip.name} {start}"))
        if motion is not None:
            yield _like(f"{clip.name}_held_{start}", motion, clip, body)


def fastest(joints: Tensor) -> Tensor:
    """The speed of the fastest joint in each frame (F,), metres per second. joints: (F, 24, 3), metres."""
    if len(joints) < 2:
        return torch.zeros(len(joints))
    speed = joints.diff(dim=0).norm(dim=-1).amax(1) * FPS  # (F - 1,)
    return torch.cat([speed[:1], speed])


def _held(x: Tensor, speed: Tensor, rng: random.Random) -> Motion | None:
    """The motion x (F, D) with its first and last pose held where it is calm; None if it is so at neither."""
    longer = round(rng.uniform(*HELD)) - len(x)
    before = round(rng.uniform(0.1, 0.5) * longer) if speed[0] < CALM else 0
    after = longer - before if speed[-1] < CALM else 0
    return hold(x, before, after) if before + after >= FPS else None


def _like(name: str, motion: Motion, clip: Clip, body: Body) -> Clip:
    """A clip of a motion that shows what `clip` shows, with captions of its own."""
    description = clip.labels.get("description") or clip.labels.get("content", "").replace("-", " ")
    return _captioned(name, motion, description, clip.labels.get("style", ""), body)


def _captioned(name: str, motion: Motion, description: str, style: str, body: Body) -> Clip:
    """A training clip with captions as for a recording with that description and style."""
    labels = {"content": description, "description": description}
    if style:
        labels["style"] = style
    described = caption_motion(NAME, labels, motion, body.joints(motion), [])
    return Clip(name, motion, described.captions, labels | described.labels())
