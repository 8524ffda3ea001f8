"""Z-scores of features: the input and output of all networks."""

import torch
from torch import Tensor, nn

STD_FLOOR = 0.02  # dividing nearly constant features by their deviation would amplify noise
RARE = 0.001  # `low` and `high` are the quantiles RARE and 1 − RARE of the z-scores


class Normalizer(nn.Module):
    """(x − mean) / std for each of the D features. Stored with the weights that were trained on it.

    low, high: (D,), the range of the z-scores; unlimited before `fit`.
    """

    mean: Tensor
    std: Tensor
    low: Tensor
    high: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("std", torch.ones(features))
        self.register_buffer("low", torch.full((features,), -torch.inf))
        self.register_buffer("high", torch.full((features,), torch.inf))

    def fit(self, rows: Tensor) -> None:
        """Set mean, standard deviation and range to those of frames (N, D)."""
        self.mean.copy_(rows.mean(0))
        self.std.copy_(rows.std(0).clamp(min=STD_FLOOR))
        z, beyond = self(rows), int(RARE * len(rows))
        self.low.copy_(z.kthvalue(1 + beyond, dim=0).values)
        self.high.copy_(z.kthvalue(len(z) - beyond, dim=0).values)

    def forward(self, x: Tensor) -> Tensor:
        """Features (..., D) → their z-scores (..., D)."""
        return (x - self.mean) / self.std

    def inverse(self, z: Tensor) -> Tensor:
        """Z-scores (..., D) → features (..., D)."""
        return z * self.std + self.mean

    def clip(self, z: Tensor) -> Tensor:
        """Z-scores (..., D), limited to the range of the data (Saharia et al. 2022, sec. 2.3).

        Guidance extrapolates: where a caption lowers the pelvis, twice its effect lowers it into the floor.
        """
        return z.clamp(self.low, self.high)
