"""The text–motion encoder of the metrics, after TMR (Petrovich et al. 2023) at a small scale.

A caption and a motion that belong together have features of similar direction. It shares no trained weights
with the evaluated models, but both read captions through the same frozen sentence encoder. Its text tower has
the architecture, data and recipe of the one that conditions the denoisers, with another seed. Its numbers do
not compare with those of TMR's own weights.
Letters: B batch, F frames, D features of a frame, W width.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from labkit.checkpoint import build, read_checkpoint
from labkit.models.base import sinusoids
from labkit.models.normalizer import Normalizer
from labkit.paths import data_dir
from labkit.text import TextFeatures, TextTower, masked_mean

STRIDE = 2  # frames per token: half the tokens, a quarter of the attention's cost


class MotionTower(nn.Module):
    """A small transformer over motion: x (B, F, D), not z-scored → features (B, W) of length 1.

    features: D. width: W. depth: layers. heads: of attention. A token is STRIDE frames.
    """

    def __init__(self, features: int, width: int = 256, depth: int = 3, heads: int = 4, dropout: float = 0.1):
        super().__init__()
        self.config = dict(features=features, width=width, depth=depth, heads=heads, dropout=dropout)
        self.width = width
        self.normalizer = Normalizer(features)
        self.project = nn.Linear(STRIDE * features, width)
        layer = nn.TransformerEncoderLayer(
            width, heads, 2 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, depth, nn.LayerNorm(width), enable_nested_tensor=False)
        self.pool = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, F, D), not z-scored, mask (B, F) bool → (B, W), length 1. Padding has no effect."""
        odd = x.shape[1] % STRIDE
        x = functional.pad(self.normalizer(x) * mask[..., None], (0, 0, 0, odd))  # (B, F, D), F even
        mask = functional.pad(mask, (0, odd)).unflatten(1, (-1, STRIDE)).any(-1)  # (B, F / 2, 2), (B, F / 2)
        x = x.unflatten(1, (-1, STRIDE)).flatten(-2)  # (B, F / 2, 2, D), then (B, F / 2, 2D)
        h = self.project(x)  # (B, F / 2, W)
        h = h + sinusoids(torch.arange(h.shape[1], device=h.device), self.width).to(h)  # (B, F / 2, W)
        h = self.layers(h, src_key_padding_mask=~mask)  # (B, F / 2, W)
        pooled = masked_mean(h, mask)  # (B, W)
        return functional.normalize(self.pool(pooled), dim=-1)  # (B, W)


class Evaluator(nn.Module):
    """A text tower and a motion tower with a common feature space (B, W)."""

    def __init__(self, text: TextTower, motion: MotionTower):
        super().__init__()
        self.text, self.motion = text, motion

    @property
    def config(self) -> dict:
        """The arguments that build both towers again."""
        return dict(text=self.text.config, motion=self.motion.config)

    def text_features(self, text: TextFeatures) -> Tensor:
        """Features (B, W), length 1, of B captions encoded by ``TextEncoder``."""
        return self.text(text).pooled

    def motion_features(self, x: Tensor, mask: Tensor) -> Tensor:
        """Features (B, W), length 1, of motions x (B, F, D), not z-scored, with mask (B, F) bool."""
        return self.motion(x, mask)


def load_evaluator(path: str | Path | None = None) -> Evaluator:
    """The trained evaluator; the shipped one by default. Its text tower takes ``TextEncoder`` features.

    Raises LabError where the file is missing, damaged, or not an evaluator.
    """
    path = path or data_dir() / "checkpoints" / "evaluator.safetensors"
    weights, config, _ = read_checkpoint(path, kind="evaluator")

    def make(text: dict, motion: dict) -> Evaluator:
        return Evaluator(TextTower(**text), MotionTower(**motion))

    return build(make, config["model"], weights, path)
