"""The training, validation and test splits.

* test_a keeps contiguous blocks of takes: takes of one content and style are recorded one after another and
  are near copies, so a split by clip would test on training data.
* test_b keeps whole content × style combinations. Both sides of a content go together ("wave-left-hand" and
  "wave-right-hand"), since every clip's mirror image is trained on too, and so do two names of one style.
* val is another block of takes, for watching training.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Recording(Protocol):
    """What a split needs of a clip: its name, its file, and its labels."""

    name: str
    file: str | Path
    labels: dict[str, str]


TEST_A, VAL = 0.08, 0.04  # of the takes of a content and style
TRIAL_TEST_A, TRIAL_VAL = 0.06, 0.03  # of the trials, where a trial has no twin
MIN_TAKES = 10  # a content and style with fewer is all for training

# Each content and each style here stays common in training, in other combinations.
HELD_OUT = {
    ("wave-hand", "elderly"),
    ("run", "exhausted"),
    ("walk", "feminine"),
    ("walk", "proud"),
    ("walk-sideways", "happy"),
    ("bow", "angry"),
}
_ONE_CONTENT = {
    "wave-left-hand": "wave-hand",
    "wave-right-hand": "wave-hand",
    "raise-up-left-hand": "raise-up-hand",
    "raise-up-right-hand": "raise-up-hand",
    "walk-turn-left": "walk-turn",
    "walk-turn-right": "walk-turn",
    "walk-left": "walk-sideways",
    "walk-right": "walk-sideways",
}
_ONE_STYLE = {"old": "elderly", "tired": "exhausted", "masculinity": "masculine"}


def combination(labels: dict[str, str]) -> tuple[str, str]:
    """Content and style of a Bandai clip, the sides and the two names of a style made one."""
    content, style = labels["content"], labels["style"]
    return _ONE_CONTENT.get(content, content), _ONE_STYLE.get(style, style)


def trial(file: str | Path) -> str:
    """The recording a file holds, whatever its form: AMC, BVH, DeepMimic's and AMASS's files agree."""
    stem = re.sub(r"_(poses|stageii|mirror)$", "", Path(file).stem.lower())
    if numbered := re.match(r"(fe)?male1_[a-d]\d+", stem):  # ACCAD: takes and parts of one scene
        return numbered[0]
    if several := re.fullmatch(r"(s_\d+_\d+)_\d+|((?:wd2|tennis|b_boy)_.*?)_?\d*", stem):
        return several[1] or several[2]  # SNU: people recorded together, and takes of one motion
    return stem


def _fraction(key: str) -> float:
    """A number in [0, 1) that depends on `key` alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") / 2**48


def assign(raws: Sequence[Recording]) -> dict[str, str]:
    """Name of each clip → "train", "val", "test_a" or "test_b".

    Clips with labels content, style, take and dataset (Bandai) are split by take and combination, clips with
    a label split (HumanML3D's official ones) stay there, all others are split by trial. The order of `raws`
    and the presence of other sources make no difference.
    """
    splits = {}
    groups: dict[tuple, list[Recording]] = defaultdict(list)
    for raw in raws:
        if {"content", "style", "take", "dataset"} <= raw.labels.keys():
            if combination(raw.labels) in HELD_OUT:
                splits[raw.name] = "test_b"
            else:
                groups[tuple(raw.labels[k] for k in ("dataset", "content", "style"))].append(raw)
        elif "split" in raw.labels:
            splits[raw.name] = raw.labels["split"]
        elif "humanoid3d_" in trial(raw.file):  # DeepMimic's own clips are one of a kind
            splits[raw.name] = "train"
        else:
            f = _fraction(trial(raw.file))
            splits[raw.name] = (
                "test_a" if f < TRIAL_TEST_A else "val" if f < TRIAL_TEST_A + TRIAL_VAL else "train"
            )
    for group, members in groups.items():
        takes = sorted({int(raw.labels["take"]) for raw in members})
        n, half = len(takes), len(takes) // 2
        n_test, n_val = (round(n * TEST_A), round(n * VAL)) if n >= MIN_TAKES else (0, 0)
        # one block somewhere in the first half of the takes, the other as far away as can be
        first = int(_fraction("/".join(group)) * (half - n_test + 1))
        of_take = dict.fromkeys(takes[first : first + n_test], "test_a")
        of_take |= dict.fromkeys(takes[first + half : first + half + n_val], "val")
        for raw in members:
            splits[raw.name] = of_take.get(int(raw.labels["take"]), "train")
    return splits
