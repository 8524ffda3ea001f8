"""Preconditioning: a DiT learns what a linear filter cannot estimate, at one scale for all noise levels.

    D(x_t; t, text) = c_skip(x_t, t) + c_out(t) · F(c_in(x_t, t), t, text)        Karras et al. 2022, eq. 7

F is one of the three DiTs. In "EDM" c_skip, c_out and c_in are factors that follow from the variance of the
data; here they follow from its autocovariance: c_skip is the Wiener filter's estimate of x_0, c_out the
standard deviation of what remains, and c_in puts x_t and the estimate side by side.
Letters: B batch, F frames, D features of a frame.
"""

import torch
from torch import Tensor, nn

from labkit.models.base import BaseDiT
from labkit.models.normalizer import Normalizer
from labkit.models.wiener import WienerFilter
from labkit.text import TextFeatures


class Denoiser(nn.Module):
    """A DiT with what is fitted to the data: its preconditioning, and the scale of the features.

    dit: takes 2D features a frame, returns D. filter: c_skip and c_out; before it is fitted they are 0 and 1.
    normalizer: the mean and deviation of the z-scores that go in and come out.
    """

    def __init__(self, dit: BaseDiT, T: int):
        super().__init__()
        self.dit, self.T = dit, T
        self.normalizer = Normalizer(dit.config["features"])
        self.filter = WienerFilter(dit.config["features"], T)

    @property
    def network(self) -> str:
        return self.dit.network

    @property
    def config(self) -> dict:
        """What `make_denoiser` needs to build it again."""
        return {k: v for k, v in self.dit.config.items() if k != "in_features"} | {"T": self.T}

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        text: TextFeatures,
        mask: Tensor | None = None,
        drop: Tensor | None = None,
    ) -> Tensor:
        """Prediction (B, F, D) for x_t (B, F, D), z-scored, at steps t (B,). mask, drop: as in `BaseDiT`."""
        if mask is None:
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        x = x * mask[..., None]
        estimate = self.filter(x, t)  # (B, F, D): c_skip
        c_in = torch.cat([x, estimate], dim=-1)  # (B, F, 2D)
        c_out = self.filter.deviation(t)  # (B, 1, D)
        return estimate + c_out * self.dit(c_in, t, text, mask, drop)
