"""Networks work on z-scored features; this is the one place that scores them."""

import torch
from torch import Tensor, nn

STD_FLOOR = 0.02  # some features hardly move; dividing by their tiny deviation would only amplify noise


class Normalizer(nn.Module):
    """z = (x − mean) / std for every one of the D features, kept with the weights that were trained on it."""

    mean: Tensor
    std: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("std", torch.ones(features))

    def fit(self, rows: Tensor) -> None:
        """Take mean and deviation from frames (N, D)."""
        self.mean.copy_(rows.mean(0))
        self.std.copy_(rows.std(0).clamp(min=STD_FLOOR))

    def forward(self, x: Tensor) -> Tensor:
        """x (..., D) → z (..., D)."""
        return (x - self.mean) / self.std

    def inverse(self, z: Tensor) -> Tensor:
        """z (..., D) → x (..., D)."""
        return z * self.std + self.mean
