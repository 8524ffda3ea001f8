"""Evaluator features of real, held-out motions: evaluation without the recordings.

Each motion is stored as features and a few measurements.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labkit.paths import UNREADABLE, LabError, atomic_write, data_dir, existing_file


@dataclass(frozen=True)
class Reference:
    """N real motions of one test split and their M captions.

    motion: (N, W) evaluator features. physical: (N, P), columns as in `scores.PHYSICAL`.
    lengths: (N,) frames. labels: N class names, "content|style". text: (M, W) evaluator features of the
    captions. captions: M strings.
    owner: (M,) index of the motion that a caption belongs to.
    take: (N,) number of the recording; mirror images and pieces of one recording share it.
    lead: (N,) metres, see `metrics.left_right.lead`; NaN where it was not measured.
    """

    motion: np.ndarray
    physical: np.ndarray
    lengths: np.ndarray
    labels: list[str]
    text: np.ndarray
    captions: list[str]
    owner: np.ndarray
    take: np.ndarray
    lead: np.ndarray


def write_reference(path: str | Path, reference: Reference) -> None:
    """Write a reference; features are stored as float16. Raises LabError where `path` cannot be written."""
    words = json.dumps(dict(labels=reference.labels, captions=reference.captions)).encode()
    with atomic_write(path) as temporary:
        np.savez_compressed(
            temporary,
            motion=reference.motion.astype(np.float16),
            physical=reference.physical.astype(np.float32),
            lengths=reference.lengths.astype(np.int32),
            text=reference.text.astype(np.float16),
            owner=reference.owner.astype(np.int32),
            take=reference.take.astype(np.int32),
            lead=reference.lead.astype(np.float32),
            words=np.frombuffer(words, np.uint8),
        )


def load_reference(split: str = "test_a") -> Reference:
    """The shipped reference of a test split. Raises LabError if it is missing or damaged."""
    path = existing_file(data_dir() / "reference" / f"{split}.npz", f"reference features of split {split!r}")
    try:
        with np.load(path, allow_pickle=False) as file:
            words = json.loads(file["words"].tobytes())
            arrays = {k: file[k] for k in ("motion", "physical", "lengths", "text", "owner", "take", "lead")}
    except UNREADABLE as error:
        why = " ".join(str(error).split())
        raise LabError(f"{path} is damaged ({why}): restore it from the repository") from error
    return Reference(
        motion=arrays["motion"].astype(np.float32),
        physical=arrays["physical"],
        lengths=arrays["lengths"],
        labels=words["labels"],
        text=arrays["text"].astype(np.float32),
        captions=words["captions"],
        owner=arrays["owner"],
        take=arrays["take"],
        lead=arrays["lead"],
    )


def half_of_takes(reference: Reference, rng: np.random.Generator) -> np.ndarray:
    """The motions of a random half of the recordings → (N,) bool. A mirror image stays with its original."""
    takes = np.unique(reference.take)
    return np.isin(reference.take, rng.permutation(takes)[: len(takes) // 2])


def names_style(reference: Reference) -> np.ndarray:
    """Whether each caption names its motion's style ("wearily", not just "walks") → (M,) bool.

    A label is "content|style". A word names a style if it occurs in captions of one style only, and of three
    or more contents. So no list of words is needed. In a split that does not combine contents with styles,
    such as test_b, no word qualifies.
    """
    seen: dict[str, set[tuple[str, str]]] = {}  # word → (style, content) it is used for
    for caption, owner in zip(reference.captions, reference.owner):
        content, _, style = reference.labels[owner].partition("|")
        for word in caption.split():
            seen.setdefault(word, set()).add((style, content))
    naming = {
        word
        for word, uses in seen.items()
        if len(uses) >= 3 and len({style for style, _ in uses}) == 1 and all(style for style, _ in uses)
    }
    return np.array([not naming.isdisjoint(caption.split()) for caption in reference.captions])
