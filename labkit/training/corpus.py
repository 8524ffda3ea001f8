"""Training data in memory: features of every motion, and the language model's features of every caption.

Letters: B batch, F frames, D features of a frame, L text tokens, C features of a text token.
"""

import hashlib
import logging
import pickle
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from tqdm import tqdm

from labkit.dataset import MotionDataset, Sample, mirror_caption, pad
from labkit.paths import UNREADABLE, LabError, atomic_write
from labkit.text import TextEncoder, TextFeatures
from labkit.training import parallel

SOURCES = (  # what the shipped weights are made from
    "bandai",
    "cmu",
    "accad",
    "deepmimic",
    "mesh2motion",
    "snu",
    "animated_drawings",
)
MIN_FRAMES = 20  # 1 s
MAX_WORDS = 28  # longer sentences, a handful, are left out
MAX_FRAMES = 200  # 10 seconds, as long as prepared pieces are; longer clips are cropped at random
RARE = 0.7  # a family of n samples gets a share proportional to n^(1 - RARE), see `shares`
LEAST, MOST = 0.4, 5.0  # bounds of a family's share, in units of an equal share
POOL = 16  # batches that are sorted by length together, so that a batch needs little padding

logger = logging.getLogger(__name__)


class Facts(NamedTuple):
    """Action families, sides and style of a sample, or those that a caption states.

    family: in order, separated by commas ("walk, sit down"); so is side. style_words: words that name the
    style in a caption.
    """

    family: str
    side: str = ""
    style: str = ""
    style_words: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainingBatch:
    """B motions with a caption each.

    x: (B, F, D), not z-scored, zero where padded. mask: (B, F) bool, True at real frames. text: features of
    the B captions. facts: of the B motions. captions: B sentences.
    """

    x: Tensor
    mask: Tensor
    text: TextFeatures
    facts: list[Facts]
    captions: list[str]


class CaptionTable:
    """The frozen language model's features of every distinct caption, float16, computed once and cached.

    captions: all that will be looked up. cache: a folder; the file in it is named by a digest of model and
    captions.
    row: index of each caption. tokens: (L_i, C) per caption. pooled: (captions, C).
    """

    def __init__(self, captions: Sequence[str], encoder: TextEncoder, cache: Path):
        distinct = sorted(set(captions))
        self.row = {caption: i for i, caption in enumerate(distinct)}
        names = "\n".join([encoder.fingerprint(), *distinct]).encode(errors="surrogatepass")
        digest = hashlib.sha256(names).hexdigest()[:16]
        path = cache / f"captions-{digest}.pt"
        self.tokens, self.pooled = _kept(path, len(distinct)) or _encode(distinct, encoder, path)

    def __call__(self, captions: Sequence[str]) -> TextFeatures:
        """Features of B captions, float32: tokens (B, L, C), mask (B, L) bool, pooled (B, C).

        L is the length of the longest of them. Raises KeyError for a caption that is not in the table.
        """
        rows = [self.row[caption] for caption in captions]
        tokens = pad_sequence([self.tokens[r] for r in rows], batch_first=True).float()  # (B, L, C)
        lengths = torch.tensor([len(self.tokens[r]) for r in rows])  # (B,)
        mask = torch.arange(tokens.shape[1]) < lengths[:, None]  # (B, L)
        return TextFeatures(tokens, mask, self.pooled[rows].float())


def _kept(path: Path, rows: int) -> tuple[list[Tensor], Tensor] | None:
    """Tokens and pooled features of that many captions; None where the file does not hold them."""
    try:
        stored = torch.load(path, weights_only=True)
        tokens, pooled = stored["tokens"], stored["pooled"]
        return (tokens, pooled) if len(tokens) == len(pooled) == rows else None
    except (*UNREADABLE, pickle.UnpicklingError):
        return None


def readable(samples: Iterable[Sample], encoder: TextEncoder) -> list[Sample]:
    """Samples with those captions that the text encoder can read, at most MAX_WORDS words long.

    A sample without such a caption is left out. Logs one warning if the encoder refuses some captions.
    """
    samples = list(samples)
    captions = sorted({c for s in samples for c in s.captions if len(c.split()) <= MAX_WORDS})
    refused = dict(zip(captions, encoder.refusals(captions)))
    mirrored = {c: other for c in captions if (other := mirror_caption(c)) != c}  # is encoded, too
    for caption, line in zip(mirrored, encoder.refusals(list(mirrored.values())) if mirrored else ()):
        refused[caption] = refused[caption] or line
    lines = [line for line in refused.values() if line]
    if parallel.rank() == 0:  # the others would log the same
        if lines:
            logger.warning("%d captions cannot be read and are left out; the first: %s", len(lines), lines[0])
        encoder.warn_of_unknown([c for c, line in refused.items() if not line])
    short = [replace(s, captions=tuple(c for c in s.captions if refused.get(c) == "")) for s in samples]
    return [s for s in short if s.captions]


def _encode(captions: list[str], encoder: TextEncoder, path: Path) -> tuple[list[Tensor], Tensor]:
    """Tokens and pooled features of the captions, from the encoder; stored in `path` if it can be written."""
    tokens, pooled = [], []
    for start in tqdm(range(0, len(captions), 64), desc="captions"):
        text = encoder(captions[start : start + 64])
        tokens += [t[m].half() for t, m in zip(text.tokens, text.mask)]
        pooled.append(text.pooled.half())
    with suppress(LabError), atomic_write(path) as temporary:
        torch.save(dict(tokens=tokens, pooled=torch.cat(pooled)), temporary)
    return tokens, torch.cat(pooled)


class Corpus:
    """Samples and their captions' features; rare families are sampled more often, see `shares`.

    cache: folder for the captions' features. Raises LabError where no motion has MIN_FRAMES frames and a
    caption.
    """

    def __init__(self, dataset: MotionDataset, encoder: TextEncoder, cache: Path):
        self.samples = readable((s for s in dataset if len(s.x) >= MIN_FRAMES), encoder)
        if not self.samples:
            raise LabError(
                "nothing to train on: no motion of a second or more, with a caption, in the training split"
            )
        captions = {c for s in self.samples for c in s.captions}
        self.captions = CaptionTable([*captions, *map(mirror_caption, captions)], encoder, cache)
        self.weights = weights([facts(s).family for s in self.samples])

    def rows(self) -> Tensor:
        """All frames of all motions (N, D), not z-scored, for means and standard deviations."""
        return torch.cat([s.x for s in self.samples])

    def batch(self, samples: Sequence[Sample], generator: torch.Generator) -> TrainingBatch:
        """A batch of these samples: a random caption and a random crop of MAX_FRAMES frames of each."""

        def below(n: int) -> int:
            return int(torch.randint(n, (), generator=generator))

        starts = [below(max(len(s.x) - MAX_FRAMES, 0) + 1) for s in samples]
        x, mask = pad([s.x[start : start + MAX_FRAMES] for s, start in zip(samples, starts)])
        captions = [s.captions[below(len(s.captions))] for s in samples]
        return TrainingBatch(x, mask, self.captions(captions), [facts(s) for s in samples], captions)

    def batches(self, size: int, generator: torch.Generator) -> Iterator[TrainingBatch]:
        """An endless stream of batches of `size` samples; motions of a batch have similar lengths."""
        while True:
            chosen = torch.multinomial(self.weights, POOL * size, replacement=True, generator=generator)
            by_length = sorted(chosen.tolist(), key=lambda i: min(len(self.samples[i].x), MAX_FRAMES))
            for k in torch.randperm(POOL, generator=generator).tolist():
                batch = [self.samples[i] for i in by_length[k * size : (k + 1) * size]]
                yield self.batch(batch, generator)


def rarest(families: Sequence[str]) -> list[str]:
    """The rarest of the families of each sample ("walk, sit down" → "sit down")."""
    count = Counter(family for each in families for family in each.split(", "))
    return [min(each.split(", "), key=lambda family: (count[family], family)) for each in families]


def shares(count: dict[str, int]) -> dict[str, float]:
    """Each family's share of samples: proportional to count^(1 − RARE), between LEAST and MOST equal shares.

    count: samples per family. The shares add up to nearly 1.
    """
    share = {family: n ** (1 - RARE) for family, n in count.items()}
    for _ in range(20):  # bounding some changes the sum of all; this converges quickly
        total = sum(share.values())
        share = {
            family: min(max(part / total, LEAST / len(share)), MOST / len(share))
            for family, part in share.items()
        }
    return share


def weights(families: Sequence[str]) -> Tensor:
    """The relative probability of each of N samples → (N,) float32, from the share of its rarest family.

    families: of each sample, separated by commas.
    """
    kind = rarest(families)
    count = Counter(kind)
    share = shares(count)
    return torch.tensor([share[family] / count[family] for family in kind])


def facts(sample: Sample) -> Facts:
    """The facts in a sample's labels."""
    family = sample.labels.get("family") or sample.labels.get("content") or sample.name
    words = tuple(filter(None, sample.labels.get("style words", "").split(", ")))
    return Facts(family, sample.labels.get("side", ""), sample.labels.get("style", ""), words)


def stated(caption: str, of: Facts) -> Facts:
    """The facts that a caption of a motion states: the side and the style only if it names them."""
    sided = mirror_caption(caption) != caption
    styled = any(word in caption for word in of.style_words)
    return Facts(of.family, of.side if sided else "", of.style if styled else "")


def may_be_true(caption: Facts, motion: Facts) -> bool:
    """Whether a caption may be true of a motion: no fact that it states contradicts one of the motion."""
    shown = motion.family.split(", ")
    return (
        all(family in shown for family in caption.family.split(", "))
        and (not caption.side or not motion.side or caption.side == motion.side)
        and (not caption.style or caption.style == motion.style)
    )


def label(sample: Sample) -> str:
    """Content and style of a sample, the classes that evaluation counts by."""
    return "|".join((sample.labels.get("content", sample.name), sample.labels.get("style", "")))
