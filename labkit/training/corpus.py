"""Training data in memory: features of every motion, and the language model's view of every caption."""

import hashlib
import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from tqdm import tqdm

from labkit.dataset import MotionDataset, Sample, pad
from labkit.paths import UNREADABLE, LabError, atomic_write
from labkit.text import TextEncoder, TextFeatures

SOURCES = ("bandai", "cmu", "accad", "deepmimic")  # what the shipped weights are made from
MIN_FRAMES = 20  # a second
MAX_WORDS = 28  # longer sentences, a handful, are more than the text encoder takes
MAX_FRAMES = 120  # 6 seconds: longer clips are cropped, at random each time
POOL = 16  # batches that are sorted by length together, so that a batch needs little padding


@dataclass(frozen=True)
class Batch:
    """x: (B, F, D), not z-scored. mask: (B, F). text: B captions' features. labels: B class names."""

    x: Tensor
    mask: Tensor
    text: TextFeatures
    labels: list[str]


class CaptionTable:
    """The frozen language model's features of every distinct caption, float16, computed once and cached."""

    def __init__(self, captions: Sequence[str], encoder: TextEncoder, cache: Path):
        distinct = sorted(set(captions))
        self.row = {caption: i for i, caption in enumerate(distinct)}
        digest = hashlib.sha256("\n".join([encoder.fingerprint(), *distinct]).encode()).hexdigest()[:16]
        path = cache / f"captions-{digest}.pt"
        self.tokens, self.pooled = _kept(path, len(distinct)) or _encode(distinct, encoder, path)

    def __call__(self, captions: Sequence[str]) -> TextFeatures:
        rows = [self.row[caption] for caption in captions]
        tokens = pad_sequence([self.tokens[r] for r in rows], batch_first=True).float()
        lengths = torch.tensor([len(self.tokens[r]) for r in rows])
        mask = torch.arange(tokens.shape[1]) < lengths[:, None]
        return TextFeatures(tokens, mask, self.pooled[rows].float())


def _kept(path: Path, rows: int) -> tuple[list[Tensor], Tensor] | None:
    """Tokens and pooled features of that many captions; None where the file does not hold them."""
    try:
        stored = torch.load(path, weights_only=True)
        tokens, pooled = stored["tokens"], stored["pooled"]
        return (tokens, pooled) if len(tokens) == len(pooled) == rows else None
    except (*UNREADABLE, pickle.UnpicklingError):
        return None


def _encode(captions: list[str], encoder: TextEncoder, path: Path) -> tuple[list[Tensor], Tensor]:
    """The same from the encoder, kept in `path` if it can be written."""
    tokens, pooled = [], []
    for start in tqdm(range(0, len(captions), 64), desc="captions"):
        text = encoder(captions[start : start + 64])
        tokens += [t[m].half() for t, m in zip(text.tokens, text.mask)]
        pooled.append(text.pooled.half())
    with suppress(LabError), atomic_write(path) as temporary:
        torch.save(dict(tokens=tokens, pooled=torch.cat(pooled)), temporary)
    return tokens, torch.cat(pooled)


class Corpus:
    """Samples and their captions' features, drawn so that rare contents are seen too.

    A sample's chance goes with 1/√(clips of its content): a thousand raised hands do not drown one dance.
    """

    def __init__(self, dataset: MotionDataset, encoder: TextEncoder, cache: Path):
        short = [
            replace(s, captions=tuple(c for c in s.captions if len(c.split()) <= MAX_WORDS)) for s in dataset
        ]
        self.samples = [s for s in short if len(s.x) >= MIN_FRAMES and s.captions]
        if not self.samples:
            raise LabError("nothing to train on: no motion of a second or more in the training split")
        self.captions = CaptionTable([c for s in self.samples for c in s.captions], encoder, cache)
        count = Counter(s.labels.get("content", "") for s in self.samples)
        self.weights = torch.tensor([count[s.labels.get("content", "")] ** -0.5 for s in self.samples])

    def rows(self) -> Tensor:
        """All frames of all motions, one after another, for means and deviations: (N, D)."""
        return torch.cat([s.x for s in self.samples])

    def batch(self, samples: Sequence[Sample], generator: torch.Generator) -> Batch:
        """A random caption and a random crop of each sample."""

        def below(n: int) -> int:
            return int(torch.randint(n, (), generator=generator))

        starts = [below(max(len(s.x) - MAX_FRAMES, 0) + 1) for s in samples]
        x, mask = pad([s.x[start : start + MAX_FRAMES] for s, start in zip(samples, starts)])
        captions = [s.captions[below(len(s.captions))] for s in samples]
        return Batch(x, mask, self.captions(captions), [label(s) for s in samples])

    def batches(self, size: int, generator: torch.Generator) -> Iterator[Batch]:
        """Batches without end."""
        while True:
            drawn = torch.multinomial(self.weights, POOL * size, replacement=True, generator=generator)
            by_length = sorted(drawn.tolist(), key=lambda i: min(len(self.samples[i].x), MAX_FRAMES))
            for k in torch.randperm(POOL, generator=generator).tolist():
                chosen = [self.samples[i] for i in by_length[k * size : (k + 1) * size]]
                yield self.batch(chosen, generator)


def label(sample: Sample) -> str:
    """What a sample is an example of; two samples of one label are no negatives of each other."""
    return "|".join((sample.labels.get("content", sample.name), sample.labels.get("style", "")))
