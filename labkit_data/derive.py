"""Clips that no recording shows, made from training clips: other paths, longer gaits, standing still.

In published motion capture people rarely walk in a circle, run for a second or three only, and never just
stand. Such clips can be made without new poses: a straight walk is bent by turning the body about the foot
that carries it, cycles of a gait are repeated, and a pause is played forwards and backwards. Captions are
made as for recordings, from what is measured on the result.
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
from labkit.motion import FPS, JOINT_NAMES, LAYOUT, Motion, decode, encode
from labkit.paths import LabError
from labkit.store import Clip, read_store, write_store
from labkit_data.captions import caption_motion

FEET = [JOINT_NAMES.index(f"{side}_foot") for side in ("left", "right")]
CARRIES = 0.02  # metres; a foot that is this much higher than the other carries a third as much
QUIET = [
    JOINT_NAMES.index(name)
    for name in ("pelvis", "head", "left_wrist", "right_wrist", "left_ankle", "right_ankle")
]
STILL = 0.06  # metres; in a pause each of these joints stays within that, in each direction
PAUSE, UPRIGHT = 3 * FPS // 2, 0.85  # at least: frames of a pause; height of the pelvis in it, metres
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
CYCLE = FPS // 2, 2 * FPS  # frames of a repeated part, at least and at most
AGREE = 0.05  # metres; greatest mean distance of the joints at both ends of a cycle
AHEAD = 0.1  # seconds; velocities there count as the distance covered in that time
NAME = "derived"


def derive(stores: Sequence[Path], out: Path) -> str:
    """Make clips from the training clips of prepared stores, write them to `out` → a summary of one line.

    Raises LabError where a store cannot be read or no clip can be made.
    """
    body = load_body()
    clips = [clip for store in stores for clip in read_store(store)[0] if clip.split == "train"]
    made = [new for clip in tqdm(clips, desc=NAME, unit="clip") for new in variants(clip, body)]
    if not made:
        raise LabError(f"no walk of {LONG // FPS} s and no pause in {', '.join(map(str, stores))}")
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
    yield from pauses(clip, body)


def walks(clip: Clip, body: Body) -> Iterator[Clip]:
    """Clips of a straight walk along bent paths; none of anything else."""
    if clip.labels.get("family") != "walk" or clip.labels.get("side") or len(clip.motion) < LONG:
        return
    rng, joints = random.Random(clip.name), body.joints(clip.motion)
    F = len(clip.motion)
    for path, (least, most) in PATHS.items():
        angle = np.radians(rng.choice((-1, 1)) * rng.uniform(least, most))
        # A smooth turn is 1.5 times as fast as its mean.
        shortest = math.ceil(1.5 * abs(angle) / FASTEST * FPS)
        if shortest > F:
            continue
        length = F if path == "circle" else rng.uniform(shortest, max(shortest, F / 2))
        done = ((torch.arange(F) - rng.uniform(0, F - length)) / length).clamp(0, 1)  # (F,)
        if path != "circle":
            done = done.square() * (3 - 2 * done)  # starts and ends smoothly
        motion = bend(clip.motion, joints, angle * done)
        yield _captioned(f"{clip.name}_{path}", motion, "walk", clip.labels.get("style", ""), body)


def loops(clip: Clip, body: Body) -> Iterator[Clip]:
    """A longer clip of a gait, in which one cycle is repeated; none of a clip that is long or not cyclic."""
    rng, F = random.Random(clip.name), len(clip.motion)
    length = round(rng.uniform(*LOOPED))
    if clip.labels.get("family") not in CYCLIC or 0.75 * length < F:
        return
    joints = body.joints(clip.motion)
    cycle = best_cycle(encode(clip.motion, joints))
    if cycle is None:
        return
    motion = repeat(clip.motion, joints, *cycle, times=round((length - F) / (cycle[1] - cycle[0])))
    description = clip.labels.get("description") or clip.labels.get("content", "").replace("-", " ")
    yield _captioned(f"{clip.name}_longer", motion, description, clip.labels.get("style", ""), body)


def pauses(clip: Clip, body: Body) -> Iterator[Clip]:
    """A clip of the longest pause of a standing person, played forwards and backwards; none without one."""
    joints = body.joints(clip.motion)
    start, end = longest_pause(joints[:, QUIET].numpy())
    if end - start < PAUSE or joints[start:end, 0, 2].min() < UPRIGHT:
        return
    rng = random.Random(clip.name)
    order = there_and_back(end - start, round(rng.uniform(3, 8) * FPS))
    motion = clip.motion[start:end]
    motion = Motion(*(values[order] for values in vars(motion).values()))
    yield _captioned(f"{clip.name}_pause", motion, "stand still", "", body)


def best_cycle(x: Tensor) -> tuple[int, int] | None:
    """Frames a < b at which pose and velocity are nearly the same; None where there are no such two.

    Between them the body moves at least as much as in the whole motion: a pause is no cycle.
    x: (F, D), features of the motion.
    """
    local = x[:, LAYOUT["joints"]].unflatten(1, (-1, 3))  # (F, 23, 3)
    height, pace = x[:, LAYOUT["root_height"]], x[:, LAYOUT["root_velocity"]] * FPS  # (F, 1), (F, 2)
    speed = local.diff(dim=0, append=local[-1:]) * FPS  # (F, 23, 3)
    pose = torch.cat([local, AHEAD * speed], dim=1).flatten(1) / len(local[0]) ** 0.5  # (F, 138)
    state = torch.cat([pose, height, AHEAD * pace], dim=1)  # (F, 141)
    distance = torch.cdist(state, state)  # (F, F)
    a, b = torch.arange(len(x))[:, None], torch.arange(len(x))[None]
    moves = speed.norm(dim=-1).mean(-1)  # (F,)
    until = torch.cat([torch.zeros(1), moves.cumsum(0)[:-1]])  # (F,), of the frames before each
    busy = (until[b] - until[a]) / (b - a).clamp(min=1) >= moves.mean()  # (F, F)
    distance[(b - a < CYCLE[0]) | (b - a > CYCLE[1]) | ~busy] = torch.inf
    best = int(distance.argmin())
    return divmod(best, len(x)) if distance.min() < AGREE else None


def repeat(motion: Motion, joints: Tensor, a: int, b: int, times: int) -> Motion:
    """The motion with its frames a to b - 1 played `times` times more.

    Where pose and velocity at b differ from those at a, the difference is spread over each repetition.
    """
    x = encode(motion, joints)  # (F, D)
    ramp = torch.arange(b - a)[:, None] / (b - a)  # (b - a, 1)
    cycle = x[a:b] - ramp * (x[b] - x[a])  # (b - a, D)
    return decode(torch.cat([x[:a], *[cycle] * times, x[a:]]))


def longest_pause(positions: np.ndarray) -> tuple[int, int]:
    """The longest run of frames in which each joint (F, J, 3) stays within STILL → its start and end."""
    best, start = (0, 0), 0
    for end in range(1, len(positions) + 1):
        while np.ptp(positions[start:end], axis=0).max() > STILL:
            start += 1
        if end - start > best[1] - best[0]:
            best = start, end
    return best


def there_and_back(frames: int, length: int) -> Tensor:
    """Indices (length,) that run from 0 to `frames` - 1, back to 0, and so on."""
    period = max(2 * frames - 2, 1)
    index = torch.arange(length) % period
    return torch.minimum(index, period - index)


def _captioned(name: str, motion: Motion, description: str, style: str, body: Body) -> Clip:
    """A training clip with captions as for a recording with that description and style."""
    labels = {"content": description, "description": description}
    if style:
        labels["style"] = style
    described = caption_motion(NAME, labels, motion, body.joints(motion), [])
    return Clip(name, motion, described.captions, labels | described.labels())


def bend(motion: Motion, joints: Tensor, turn: Tensor) -> Motion:
    """The motion turned by `turn` (F,), radians to the left at each frame, about the foot that carries it.

    Each step of the turn rotates the whole body about the lower foot, which stays where it is, so that the
    path bends. joints: (F, 24, 3), metres, of the motion. Poses and heights do not change.
    """
    height = joints[:, FEET, 2]  # (F, 2)
    weight = (-height / CARRIES).softmax(dim=1)[..., None]  # (F, 2, 1)
    pivot = (weight * joints[:, FEET, :2]).sum(1)  # (F, 2)
    about = _planar(turn)  # (F, 2, 2)
    # The map of frame f is p → about[f] p + shift[f]. Those of f and f + 1 agree at the pivot of frame f.
    steps = (about[:-1] - about[1:]) @ pivot[:-1, :, None]  # (F - 1, 2, 1)
    shift = torch.cat([torch.zeros(1, 2), steps[..., 0].cumsum(0)])  # (F, 2)
    pelvis = motion.pelvis.clone()
    pelvis[:, :2] = (about @ motion.pelvis[:, :2, None])[..., 0] + shift
    rotations = motion.rotations()
    spin = torch.eye(3).repeat(len(turn), 1, 1)
    spin[:, :2, :2] = about
    rotations[:, 0] = spin @ rotations[:, 0]
    return Motion.from_rotations(rotations, pelvis)


def _planar(angle: Tensor) -> Tensor:
    """Rotations of the plane by angles (N,), radians → (N, 2, 2)."""
    c, s = angle.cos(), angle.sin()
    return torch.stack([torch.stack([c, -s], dim=-1), torch.stack([s, c], dim=-1)], dim=-2)
