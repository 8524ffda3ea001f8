"""Training data in memory: features of every motion, and the language model's view of every caption."""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from tqdm import tqdm

from labkit.dataset import MotionDataset, Sample, pad
from labkit.paths import LabError, atomic_write
from labkit.text import TextEncoder, TextFeatures
from labkit.training import parallel

SOURCES = ("bandai", "cmu", "accad", "deepmimic")  # what the shipped weights are made from
MIN_FRAMES = 20  # a second
MAX_WORDS = 28  # longer sentences, a handful, are left out
MAX_FRAMES = 120  # 6 seconds: longer clips are cropped, at random each time
POOL = 16  # batches that are sorted by length together, so that a batch needs little padding

logger = logging.getLogger(__name__)


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
        names = "\n".join([encoder.name, *distinct]).encode(errors="surrogatepass")
        digest = hashlib.sha256(names).hexdigest()[:16]
        path = cache / f"captions-{digest}.pt"
        if not path.is_file():
            tokens, pooled = [], []
            for start in tqdm(range(0, len(distinct), 64), desc="captions"):
                text = encoder(distinct[start : start + 64])
                tokens += [t[m].half() for t, m in zip(text.tokens, text.mask)]
                pooled.append(text.pooled.half())
            with atomic_write(path) as temporary:
                torch.save(dict(tokens=tokens, pooled=torch.cat(pooled)), temporary)
        stored = torch.load(path, weights_only=True)
        self.tokens, self.pooled = stored["tokens"], stored["pooled"]

    def __call__(self, captions: Sequence[str]) -> TextFeatures:
        rows = [self.row[caption] for caption in captions]
        tokens = pad_sequence([self.tokens[r] for r in rows], batch_first=True).float()
        lengths = torch.tensor([len(self.tokens[r]) for r in rows])
        mask = torch.arange(tokens.shape[1]) < lengths[:, None]
        return TextFeatures(tokens, mask, self.pooled[rows].float())


def readable(samples: Iterable[Sample], encoder: TextEncoder) -> list[Sample]:
    """Samples with those captions that the text encoder reads, told in one line where some are left out."""
    samples = list(samples)
    captions = sorted({c for s in samples for c in s.captions if len(c.split()) <= MAX_WORDS})
    refused = dict(zip(captions, encoder.refusals(captions)))
    lines = [line for line in refused.values() if line]
    if parallel.rank() == 0:  # the others would say the same
        if lines:
            logger.warning("%d captions cannot be read and are left out; the first: %s", len(lines), lines[0])
        encoder.warn_of_unknown([c for c, line in refused.items() if not line])
    short = [replace(s, captions=tuple(c for c in s.captions if refused.get(c) == "")) for s in samples]
    return [s for s in short if s.captions]


class Corpus:
    """Samples and their captions' features, drawn so that rare contents are seen too.

    A sample's chance goes with 1/√(clips of its content): a thousand raised hands do not drown one dance.
    """

    def __init__(self, dataset: MotionDataset, encoder: TextEncoder, cache: Path):
        self.samples = readable((s for s in dataset if len(s.x) >= MIN_FRAMES), encoder)
        if not self.samples:
            raise LabError(
                "nothing to train on: no motion of a second or more, with a caption, in the training split"
            )
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
