"""Z-scores of features: the input and output of all networks."""

import torch
from torch import Tensor, nn

STD_FLOOR = 0.02  # dividing nearly constant features by their deviation would amplify noise


class Normalizer(nn.Module):
    """(x − mean) / std for each of the D features. Stored with the weights that were trained on it."""

    mean: Tensor
    std: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("std", torch.ones(features))

    def fit(self, rows: Tensor) -> None:
        """Set mean and standard deviation to those of frames (N, D)."""
        self.mean.copy_(rows.mean(0))
        self.std.copy_(rows.std(0).clamp(min=STD_FLOOR))

    def forward(self, x: Tensor) -> Tensor:
        """Features (..., D) → their z-scores (..., D)."""
        return (x - self.mean) / self.std

    def inverse(self, z: Tensor) -> Tensor:
        """Z-scores (..., D) → features (..., D)."""
        return z * self.std + self.mean
