"""What real, held-out motion looks like to the evaluator: evaluation without the data itself.

Stored are features and a few numbers a motion, never the motions.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labkit.paths import UNREADABLE, LabError, atomic_write, data_dir, existing_file


@dataclass(frozen=True)
class Reference:
    """N real motions of one test split and the M sentences said of them.

    motion: (N, W) evaluator features. physical: (N, P), columns as in `evaluate.PHYSICAL`.
    lengths: (N,) frames. labels: N class names. text: (M, W) evaluator features of the captions, M strings.
    owner: (M,) which motion a caption belongs to.
    """

    motion: np.ndarray
    physical: np.ndarray
    lengths: np.ndarray
    labels: list[str]
    text: np.ndarray
    captions: list[str]
    owner: np.ndarray


def write_reference(path: str | Path, reference: Reference) -> None:
    words = json.dumps(dict(labels=reference.labels, captions=reference.captions)).encode()
    with atomic_write(path) as temporary:
        np.savez_compressed(
            temporary,
            motion=reference.motion.astype(np.float16),
            physical=reference.physical.astype(np.float32),
            lengths=reference.lengths.astype(np.int32),
            text=reference.text.astype(np.float16),
            owner=reference.owner.astype(np.int32),
            words=np.frombuffer(words, np.uint8),
        )


def load_reference(split: str = "test_a") -> Reference:
    """The shipped reference of a test split. Raises LabError where there is none or it is damaged."""
    path = existing_file(data_dir() / "reference" / f"{split}.npz", f"reference features of split {split!r}")
    try:
        with np.load(path, allow_pickle=False) as file:
            words = json.loads(file["words"].tobytes())
            arrays = {k: file[k] for k in ("motion", "physical", "lengths", "text", "owner")}
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
    )
