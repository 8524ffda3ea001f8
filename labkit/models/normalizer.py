"""Z-scores of features: the input and output of all networks.

Letters: D features of a frame, N frames.
"""

import torch
from torch import Tensor, nn

STD_FLOOR = 0.02  # in units of the features; dividing by a smaller deviation would amplify noise
RARE = 0.001  # `low` and `high` are the quantiles RARE and 1 − RARE of the z-scores


class Normalizer(nn.Module):
    """(x − mean) / std for each of the D features. Stored with the weights that were trained on it.

    mean, std: (D,), in units of the features; 0 and 1 before `fit`. low, high: (D,), the range of the
    z-scores; unlimited before `fit`.
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
        """Set mean, standard deviation and range to those of frames (N, D), not z-scored, N ≥ 2.

        std is at least STD_FLOOR. The range leaves out the share RARE at each end.
        """
        self.mean.copy_(rows.mean(0))
        self.std.copy_(rows.std(0).clamp(min=STD_FLOOR))
        z, beyond = self(rows), int(RARE * len(rows))  # (N, D), frames beyond each end
        self.low.copy_(z.kthvalue(1 + beyond, dim=0).values)
        self.high.copy_(z.kthvalue(len(z) - beyond, dim=0).values)

    def forward(self, x: Tensor) -> Tensor:
        """Features (..., D), in their own units → z-scores (..., D)."""
        return (x - self.mean) / self.std

    def inverse(self, z: Tensor) -> Tensor:
        """Z-scores (..., D) → features (..., D), in their own units."""
        return z * self.std + self.mean

    def clip(self, z: Tensor) -> Tensor:
        """Z-scores (..., D), limited to the range [low, high] of the data → (..., D).

        Static thresholding (Saharia et al. 2022, sec. 2.3), with a range for each feature. Guidance
        extrapolates, and may leave the range: where a caption lowers the pelvis, twice its effect lowers it
        into the floor.
        """
        return z.clamp(self.low, self.high)
