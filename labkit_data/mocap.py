"""Common parts of CMU, ACCAD and DeepMimic: published captions of their recordings, and the floor height.

HumanML3D (Guo et al. 2022) and KIT-ML (Plappert et al. 2016, in the form of TMR) describe recordings by
their path in AMASS, such as ``CMU/16/16_15``. Neither comes with the recordings: who has
``humanml3d_captions.json`` with ``humanml3d/index.csv``, ``kitml_annotations.json`` or
``cmu_motion_labels.json`` puts them into the folder that is prepared, or into a folder ``captions`` in it.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from labkit.motion import FPS, JOINT_INDEX, JOINT_NAMES, Motion
from labkit.paths import UNREADABLE, LabError
from labkit_data.cutting import MAX_FRAMES
from labkit_data.formats.animation import Animation
from labkit_data.formats.text import read_text
from labkit_data.pipeline import Raw
from labkit_data.retarget import Table
from labkit_data.sources.humanml3d import read_index
from labkit_data.timing import FAST, Length, Span, half_rate_sessions, session, timed

MIN_SECONDS = 1.0  # what is left beside described pieces must be this long to be kept
RESTING = 0.2  # metres a second
MIN_RESTING = 5  # frames
SOLES = [JOINT_INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("ankle", "foot")]


@dataclass
class Sentences:
    """Keyed by path in AMASS, without ``_poses``.

    whole: sentences on a recording. pieces: (start, end, sentences) in seconds.
    labels: CMU trial → CMU's own short description.
    lengths: the length of a recording.
    """

    whole: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    pieces: dict[str, list[tuple[float, float, list[str]]]] = field(default_factory=lambda: defaultdict(list))
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    lengths: dict[str, Length] = field(default_factory=dict)


def read_sentences(path: Path) -> Sentences:
    """All that is in `path` or `path`/captions; nothing where there is nothing. Raises LabError if broken."""
    found = Sentences()
    for name, take in (
        ("cmu_motion_labels.json", _take_labels),
        ("kitml_annotations.json", _take_kitml),
        ("humanml3d_captions.json", _take_humanml3d),
    ):
        file = _find(path, name)
        if file.is_file():
            try:
                take(found, json.loads(read_text(file)), path)
            except json.JSONDecodeError as error:
                raise LabError(f"{file} is not JSON ({error}): get it again") from error
            except UNREADABLE as error:
                raise LabError(f"{file} is laid out in another way ({error!r}): get it again") from error
    return found


def _take_labels(found: Sentences, content: dict, path: Path) -> None:
    kinds = ("short_label", "long_label")
    found.labels = {trial: {kind: labels[kind] for kind in kinds} for trial, labels in content.items()}


def _take_kitml(found: Sentences, content: dict, path: Path) -> None:
    for entry in content.values():
        key = entry["path"].removesuffix("_poses")
        found.lengths[key] = Length(float(entry["duration"]), exact=True)
        # A sentence on a long recording describes more than any one of its pieces.
        if entry["duration"] <= MAX_FRAMES / FPS:
            found.whole[key] += [a["text"] for a in entry["annotations"]]


def _take_humanml3d(found: Sentences, content: dict, path: Path) -> None:
    for row in read_index(_find(path, "humanml3d/index.csv")):
        key = f"{row.subset}/{row.file.with_suffix('')}".removesuffix("_poses")
        start, end = row.start / FPS, row.end / FPS
        # HumanML3D cuts recordings to 10 s: what begins at 0 and is shorter is whole.
        whole = row.start == 0 and row.end < MAX_FRAMES
        known = found.lengths.get(key, Length(0.0, exact=False))
        if not known.exact:
            found.lengths[key] = Length(max(end, known.seconds), whole)
        by_part = defaultdict(list)
        for c in content.get(row.name, ()):
            by_part[_part(c, end - start)].append(c["caption"])
        for part, texts in by_part.items():
            if part is None and whole:
                found.whole[key] += texts
            else:
                first, last = part or (0.0, end - start)
                found.pieces[key].append((start + first, start + last, texts))


def _part(caption: dict, seconds: float) -> tuple[float, float] | None:
    """The part of a piece of so many seconds that a sentence is about, where it is not about all of it.

    Annotators marked parts in whole seconds, so up to one second may be lost of a whole; other numbers
    (1.66, or the length less 0.06) were filled in where nothing was marked.
    """
    start, end = float(caption.get("start", 0)), min(float(caption.get("end", 0)), seconds)
    marked = start.is_integer() and float(caption.get("end", 0)).is_integer() and start < end
    return (start, end) if marked and start + seconds - end > 1 else None


def captioned(
    found: Sequence[tuple[Raw, str]],
    sentences: Sentences,
    span: Callable[[Path], Span],
    half_rate: Set[str] = frozenset(),
) -> list[Raw]:
    """Clips with their captions, in the time of their recordings, cut at the pieces with captions.

    found: each file's clip and the path of its recording in AMASS, "" where it has none.
    half_rate: sessions (see `timing.session`) of which files that state 100 Hz or more play too fast.
    """
    spans = {}
    for raw, _ in found:
        with suppress(LabError):  # broken: loading reports it; the other files must not fail with it
            spans[raw.file] = span(raw.file)
    slow = half_rate_sessions(
        (key, spans[raw.file], sentences.lengths[key])
        for raw, key in found
        if raw.file in spans and key in sentences.lengths
    )
    raws = []
    for raw, key in found:
        if raw.file in spans:
            here, name = spans[raw.file], session(key)
            half = name in slow or (name in half_rate and here.fps >= FAST)
            raw = timed(raw, here, sentences.lengths.get(key), half)
            raws += _described(raw, key, sentences, here.start * raw.stretch, here.end * raw.stretch)
        else:
            raws.append(raw)
    return raws


def _described(raw: Raw, key: str, sentences: Sentences, first: float, last: float) -> list[Raw]:
    """The clips of a file that holds the seconds from `first` to `last`: all of it where the
    whole or no piece has captions; the captioned pieces; without captions of the whole, the rest between.
    """
    whole, pieces = sentences.whole.get(key, ()), {}
    if key in sentences.lengths and last - first < sentences.lengths[key].seconds / 2:
        whole = ()  # captions of the whole may describe the other half
    for start, end, texts in sorted(sentences.pieces.get(key, ())):
        start, end = max(start, first), min(end, last)
        if end - start >= MIN_SECONDS - 1e-6:
            pieces.setdefault((start, end), []).extend(texts)
    if not whole and pieces:
        time = first
        for start, end in sorted(pieces):
            if start - time >= MIN_SECONDS:
                pieces[time, start] = []
            time = max(time, end)
        if last - time >= MIN_SECONDS:
            pieces[time, last] = []
    raws = [] if pieces and not whole else [replace(raw, captions=tuple(whole))]
    names = set()
    for (start, end), texts in sorted(pieces.items()):
        name = f"{raw.name}-{round(start * FPS)}"
        name = f"{name}-{round(end * FPS)}" if name in names else name
        names.add(name)
        raws.append(replace(raw, name=name, start=start, end=end, captions=tuple(texts)))
    return raws


def pitched(degrees: float) -> np.ndarray:
    """The rotation by which a body at rest, Y up, bows: about +X (to the left), (3, 3)."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def align_torso(animation: Animation, table: Table, body) -> Table:
    """The table of a zero-pose skeleton with the spine pitched onto SMPL's rest spine, hips to shoulders.

    Without it, walkers of CMU lean 8° farther forwards than in their own files, those of ACCAD 2°.
    """
    places = np.zeros_like(animation.offsets)
    for j, parent in enumerate(animation.parents):
        if parent >= 0:
            places[j] = places[parent] + animation.offsets[j]
    theirs = {joint: places[animation.names.index(source)] for joint, (source, _) in table.items()}
    ours = dict(zip(JOINT_NAMES, body.rest_joints.double().cpu().numpy()))

    def lean(joints: dict[str, np.ndarray]) -> float:
        up = joints["left_shoulder"] + joints["right_shoulder"] - joints["left_hip"] - joints["right_hip"]
        return np.degrees(np.arctan2(up[2], up[1]))

    pitch = pitched(lean(ours) - lean(theirs))
    spine = ("spine1", "spine2", "spine3")
    return table | {j: (source, pitch @ axes) for j, (source, axes) in table.items() if j in spine}


def on_floor(motion: Motion, body) -> Motion:
    """The motion raised or lowered until its feet stand on z = 0.

    The floor is the tenth percentile of the height of the lower foot in frames in which it rests: lower ones
    are landings and errors, higher ones may be steps and playgrounds. Where a foot hardly ever rests, as in a
    run, it is the second percentile of all frames. Recordings of one data set need different shifts, since
    they were retargeted onto skeletons of other proportions.
    """
    above_sole = body.rest_joints[SOLES, 1] - body.sole
    feet = body.joints(motion)[:, SOLES]
    lowest, foot = (feet[..., 2] - above_sole).min(dim=-1)
    speeds = (feet[1:] - feet[:-1]).norm(dim=-1) * FPS
    resting = lowest[1:][speeds.gather(1, foot[1:, None])[:, 0] < RESTING]
    floor = resting.quantile(0.1) if len(resting) >= MIN_RESTING else lowest.quantile(0.02)
    return replace(motion, pelvis=motion.pelvis - floor * motion.pelvis.new_tensor([0, 0, 1]))


def piece(motion: Motion, raw: Raw, time: float) -> Motion:
    """The frames of the whole recording that `raw` is made of. Raises LabError where there are none.

    time: of the motion's first frame in the recording, seconds.
    """
    start, end = max(round((raw.start - time) * FPS), 0), None
    if raw.end is not None:
        end = max(round((raw.end - time) * FPS), 0)
    motion = motion[start:end]
    if not len(motion):
        raise LabError(f"{raw.file} does not hold {raw.name}: get it again")
    return motion


def _find(path: Path, name: str) -> Path:
    return path / "captions" / name if (path / "captions" / name).exists() else path / name
