"""Preconditioning: a DiT learns what a linear filter cannot estimate, at one scale for all noise levels.

    D(x_t; t, text) = c_skip(x_t, t) + c_out(t) · F(c_in(x_t, t), t, text)        Karras et al. 2022, eq. 7

F is one of the three DiTs. In "EDM" c_skip, c_out and c_in are factors that follow from the variance of the
data; here they follow from its autocovariance. c_skip is a Wiener filter's estimate of x_0, c_out the
standard deviation of its error, and c_in concatenates x_t and the estimate.

Why: with little noise x_0 is nearly x_t, and with much noise nearly the mean. A network would have to learn
both, at every noise level, before anything else. The filter does it without learning, and c_out gives the
network a target of unit size at all levels (EDM, sec. 5).
Letters: B batch, F frames, D features of a frame.
"""

import torch
from torch import Tensor, nn

from labkit.models.base import BaseDiT
from labkit.models.normalizer import Normalizer
from labkit.models.wiener import WienerFilter
from labkit.text import TextFeatures


class Denoiser(nn.Module):
    """A DiT with its preconditioning and normalizer, which are fitted to the data.

    dit: (B, F, 2D) → (B, F, D). filter: c_skip and c_out, 0 and 1 before it is fitted. normalizer: converts
    features to the z-scores of input and output.
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
        """The arguments of `make_denoiser` that build it again."""
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
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)  # (B, F)
        x = x * mask[..., None]  # (B, F, D)
        estimate = self.filter(x, t)  # (B, F, D): c_skip
        c_in = torch.cat([x, estimate], dim=-1)  # (B, F, 2D)
        c_out = self.filter.deviation(t)  # (B, 1, D)
        return estimate + c_out * self.dit(c_in, t, text, mask, drop)  # (B, F, D)
