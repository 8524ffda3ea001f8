"""A training run of seconds: by tests in their own process, by torchrun as `tiny.py FOLDER STEPS`."""

import sys
import zlib
from contextlib import nullcontext
from pathlib import Path
from unittest import mock

import torch

from labkit.dataset import Sample
from labkit.models import Denoiser
from labkit.motion import LAYOUT, N_ROTATIONS, D
from labkit.stubs import use_reference
from labkit.text import TextFeatures, TextTower
from labkit.training import parallel
from labkit.training.corpus import Corpus
from labkit.training.denoiser import Recipe, Run

RECIPE = Recipe(
    T=50, patch_size=1, width=32, depth=1, heads=2, batch_size=8, learning_rate=3e-3, muon_learning_rate=3e-3,
    warm_up=5, ema=0.9,
)  # fmt: skip


class FakeEncoder:
    """Features that depend on the words alone, and a count of how many captions were asked for."""

    name, width = "fake", 12

    def __init__(self):
        self.asked = 0

    def fingerprint(self) -> str:
        return self.name

    def refusals(self, captions: list[str]) -> list[str]:
        return [f"no, not {c}" if "unreadable" in c else "" for c in captions]

    def warn_of_unknown(self, captions: list[str]) -> None:
        pass

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


def tiny_samples() -> list[Sample]:
    """Twelve motions of two contents: all features of a walk are 1 more than at rest, of a jump 1 less."""
    generator = torch.Generator().manual_seed(0)
    rest = torch.zeros(D)
    rest[LAYOUT["rotations"]] = torch.tensor([1.0, 0, 0, 0, 1, 0]).repeat(N_ROTATIONS)
    return [
        Sample(
            f"{i}",
            rest + (1 if walks else -1) + 0.1 * torch.randn(20 + i, D, generator=generator),
            ("a person walks", "someone is walking") if walks else ("a jump",),
            {"content": "walk" if walks else "jump"},
        )
        for i, walks in enumerate([True] * 8 + [False] * 4)
    ]


def tiny_tower() -> TextTower:
    torch.manual_seed(0)
    return TextTower(12, width=8, depth=1, heads=2).eval()


def adam(denoiser: Denoiser, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """In the place of Muon, which rounds to bfloat16 inside."""
    hidden = [p for p in denoiser.dit.blocks.parameters() if p.ndim == 2]
    others = [p for p in denoiser.parameters() if not any(p is q for q in hidden)]
    return [torch.optim.AdamW(part, betas=(0.9, 0.99), weight_decay=0.01) for part in (hidden, others)]


def tiny_run(folder: Path, steps: int, device: str = "cpu") -> Run:
    """Full precision: bfloat16 rounds other batches otherwise, and what is compared are fifth digits."""
    with parallel.first_before_others():
        corpus = Corpus(tiny_samples(), FakeEncoder(), folder.parent / "cache")
    with (
        mock.patch("labkit.training.denoiser.make_optimizers", adam),
        mock.patch("labkit.training.denoiser.autocast", lambda device: nullcontext()),
    ):
        run = Run("adaln", corpus, tiny_tower(), RECIPE, folder, device)
        run.train(steps)
    return run


if __name__ == "__main__":
    use_reference()
    torch.set_num_threads(1)
    with parallel.processes("cpu") as device:
        tiny_run(Path(sys.argv[1]), int(sys.argv[2]), device)
