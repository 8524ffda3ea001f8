"""Captioned motions as features: from the starter set, or from stores that the user prepared."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import Dataset

from labkit import motion
from labkit.body import Body, load_body
from labkit.paths import LabError, data_dir
from labkit.progress import bar
from labkit.settings import standard_settings
from labkit.store import SPLITS, Clip, read_store


@dataclass(frozen=True)
class Sample:
    """One captioned motion.

    name: unique within its source; that of a mirror image ends in "/m". x: (F, D), not z-scored. captions:
    one or more. labels: as in `Clip`.
    """

    name: str
    x: Tensor
    captions: tuple[str, ...]
    labels: dict[str, str]


def store_path(source: str | Path) -> Path:
    """ "starter", the name of a prepared source ("bandai"), or a path → the store's file.

    Raises LabError where there is no prepared source of that name.
    """
    if str(source) == "starter":
        return data_dir() / "starter" / "starter.npz"
    if Path(source).suffix.lower() == ".npz":
        return Path(source)
    path = data_dir() / "prepared" / f"{source}.npz"
    if not path.is_file():
        raise LabError(
            f"no prepared source {str(source)!r}: run python -m labkit_data prepare --source {source} PATH"
        )
    return path


class MotionDataset(Dataset):
    """Captioned motions as features, one `Sample` each; x is (F, D), where F differs.

    sources: "starter", names of prepared sources, or paths of stores.
    split: one of "train", "val", "test_a", "test_b"; None for all.
    mirror: add the mirror image of every motion, with left and right exchanged in joints and words.
    body: its rest skeleton determines the joint positions in x; the open body by default.
    progress: show a progress bar.
    Raises LabError for any other split, and for a source that is missing or damaged.
    """

    @standard_settings()
    def __init__(
        self,
        sources: str | Path | Sequence[str | Path] = "starter",
        split: str | None = None,
        mirror: bool = False,
        body: Body | None = None,
        progress: bool = False,
    ):
        if split not in (None, *SPLITS):
            raise LabError(f"there is no split {split!r}: choose one of {', '.join(SPLITS)}")
        body = body or load_body()
        sources = [sources] if isinstance(sources, str | Path) else sources
        clips = [
            clip
            for source in sources
            for clip in read_store(store_path(source))[0]
            if split in (None, clip.split)
        ]
        self.samples: list[Sample] = []
        for clip in bar(clips, "features", progress):
            x = motion.encode(clip.motion, body.joints(clip.motion))
            self.samples.append(Sample(clip.name, x, clip.captions, clip.labels))
            if mirror:
                self.samples.append(mirror_sample(self.samples[-1]))

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Sample:
        return self.samples[index]


def mirror_sample(sample: Sample) -> Sample:
    """The mirror image of a sample: joints, captions and labels, with left and right exchanged."""
    return Sample(
        sample.name + "/m",
        motion.mirror(sample.x),
        tuple(mirror_caption(c) for c in sample.captions),
        {key: mirror_caption(value) for key, value in sample.labels.items()},
    )


def pad(motions: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """B motions (F_i, D) of different lengths → x (B, F, D), zero where padded, and mask (B, F) bool.

    F is the greatest length. The mask is True at real frames.
    """
    x = torch.nn.utils.rnn.pad_sequence(list(motions), batch_first=True)  # (B, F, D)
    lengths = torch.tensor([len(x) for x in motions], device=x.device)  # (B,)
    return x, torch.arange(x.shape[1], device=x.device) < lengths[:, None]  # (B, F, D), (B, F)


def find_clip(source: str | Path, which: str) -> Clip:
    """One clip of a source, by its number (from 0) or name. Raises LabError where there is none."""
    path = store_path(source)
    clips, _ = read_store(path)
    if which.isdecimal() and int(which) < len(clips):
        return clips[int(which)]
    for clip in clips:
        if clip.name == which:
            return clip
    raise LabError(
        f"{path.name} has no clip {which!r}: give a number from 0 to {len(clips) - 1}, or a name such as "
        f"{clips[0].name}"
    )


def dataset_summary(dataset: MotionDataset) -> str:
    """Number and mean length of motions (seconds) and captions (words), one per line."""
    frames = [len(s.x) for s in dataset]
    words = [len(c.split()) for s in dataset for c in s.captions]
    return "\n".join(
        [
            f"motions            {len(frames)}",
            f"captions           {len(words)}",
            f"mean length        {sum(frames) / len(frames) / motion.FPS:.1f} s",
            f"words a caption    {sum(words) / len(words):.1f}",
        ]
    )


# ----------------------------------------------------------------------------------------------------------
#                                      Left and right in a caption
# ----------------------------------------------------------------------------------------------------------

_PAIRS = {
    "left": "right",
    "lefts": "rights",
    "leftward": "rightward",
    "leftwards": "rightwards",
    "counterclockwise": "clockwise",
}
_MIRRORED = _PAIRS | {right: left for left, right in _PAIRS.items()}
# "anticlockwise" is mirrored too; mirrored twice it becomes "counterclockwise".
_MIRRORED |= {"anticlockwise": "clockwise", "counter-clockwise": "clockwise", "anti-clockwise": "clockwise"}

# "right" without a side. The same words protect "left", so that a mirror of a mirror is the caption itself.
_SIDE = re.compile(
    rf"(?<!\ball )\b({'|'.join(sorted(_MIRRORED, key=len, reverse=True))})\b(?! (?:away|now|angles?)\b)",
    re.IGNORECASE,
)


def mirror_caption(text: str) -> str:
    """The caption of the mirror image: left and right, clockwise and counterclockwise exchanged.

    "right away", "right now", "right angle", "all right" and "upright" stay. Mirroring twice returns the
    caption, apart from the spelling of "counterclockwise".
    """

    def swap(match: re.Match) -> str:
        word = match[0]
        other = _MIRRORED[word.lower()]
        return other.upper() if word.isupper() else other.capitalize() if word[0].isupper() else other

    return _SIDE.sub(swap, text)
