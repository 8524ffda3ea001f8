import zlib

import pytest
import torch

from labkit.dataset import Sample
from labkit.motion import D
from labkit.text import TextFeatures
from labkit.training.corpus import Corpus


class FakeEncoder:
    """Features that depend on the words alone, and a count of how many captions were asked for."""

    name, width = "fake", 12

    def __init__(self):
        self.asked = 0

    def __call__(self, captions: list[str]) -> TextFeatures:
        self.asked += len(captions)
        lengths = torch.tensor([len(c.split()) for c in captions])
        mask = torch.arange(int(lengths.max())) < lengths[:, None]
        tokens, pooled = torch.zeros(*mask.shape, 12), []
        for row, caption in zip(tokens, captions):
            generators = [torch.Generator().manual_seed(zlib.crc32(w.encode())) for w in caption.split()]
            words = torch.stack([torch.randn(12, generator=g) for g in generators])
            row[: len(words)] = words
            pooled.append(words.mean(0))
        return TextFeatures(tokens, mask, torch.stack(pooled))


@pytest.fixture
def encoder():
    return FakeEncoder()


@pytest.fixture
def samples():
    """Twelve motions of two contents: all features of a walk are near 1, of a jump near −1."""
    generator = torch.Generator().manual_seed(0)
    return [
        Sample(
            f"{i}",
            (1 if walks else -1) + 0.1 * torch.randn(20 + i, D, generator=generator),
            ("a person walks", "someone is walking") if walks else ("a jump",),
            {"content": "walk" if walks else "jump"},
        )
        for i, walks in enumerate([True] * 8 + [False] * 4)
    ]


@pytest.fixture
def corpus(samples, encoder, tmp_path):
    return Corpus(samples, encoder, tmp_path / "cache")
