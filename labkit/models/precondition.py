"""Preconditioning: a DiT learns what a linear filter cannot estimate, at one scale for all noise levels.

    D_θ(x_t; t, text) = c_skip(x_t, t) + c_out(t) · F_θ(c_in(x_t, t), t, text)    Karras et al. 2022, eq. 7

D_θ is the denoiser, F_θ one of the three DiTs. In EDM, c_skip, c_out and c_in are factors that follow from
the variance of the data; here they follow from its autocovariance: c_skip is a Wiener filter's estimate of
x_0, c_out the standard deviation of its error, and c_in concatenates x_t and the estimate.

Why: with little noise the best estimate of x_0 is nearly x_t, with much noise nearly the mean of the data.
The filter gives both without training. c_out scales the network's target to unit variance at all noise levels
(EDM, sec. 5).

Frames are grouped as DiT groups pixels (Peebles & Xie 2023, sec. 3.2, "Patchify"): P frames in a row are one
token, so that the DiT has 1/P of the tokens.
Letters: B batch, F frames, D features of a frame, P frames of a token, N = ⌈F / P⌉ tokens.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from labkit.models.base import BaseDiT
from labkit.models.normalizer import Normalizer
from labkit.models.wiener import WienerFilter
from labkit.text import TextFeatures


class Denoiser(nn.Module):
    """A DiT with its preconditioning (Karras et al. 2022, sec. 5) and normalizer, fitted to the data.

    dit: (B, N, P·2D) → (B, N, P·D). T: diffusion steps. patch_size: P.
    filter: gives c_skip and c_out, which are 0 and 1 before it is fitted. normalizer: converts features to
    the z-scores of input and output; `forward` does not call it.
    """

    def __init__(self, dit: BaseDiT, T: int, patch_size: int = 1):
        super().__init__()
        self.dit, self.T, self.patch_size = dit, T, patch_size
        self.features = dit.config["features"] // patch_size
        self.normalizer = Normalizer(self.features)
        self.filter = WienerFilter(self.features, T)

    @property
    def network(self) -> str:
        """The name of the DiT, a key of `NETWORKS`."""
        return self.dit.network

    @property
    def config(self) -> dict:
        """The arguments of `make_denoiser` that build it again."""
        config = {k: v for k, v in self.dit.config.items() if k != "in_features"}
        return config | {"features": self.features, "T": self.T, "patch_size": self.patch_size}

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        text: TextFeatures,
        mask: Tensor | None = None,
        drop: Tensor | None = None,
    ) -> Tensor:
        """Prediction (B, F, D) for x_t (B, F, D), z-scored, at diffusion steps t (B,).

        text: features of the B captions. mask (B, F) bool, True at real frames, and drop (B,) bool: as in
        `BaseDiT`.
        """
        if mask is None:
            mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)  # (B, F)
        x = x * mask[..., None]  # (B, F, D)
        estimate = self.filter(x, t)  # (B, F, D), c_skip
        c_in = torch.cat([x, estimate * mask[..., None]], dim=-1)  # (B, F, 2D)
        c_out = self.filter.deviation(t)  # (B, 1, D)
        real = self.patchify(mask[..., None]).any(dim=-1)  # (B, N, P), then (B, N)
        tokens = self.patchify(c_in)  # (B, N, P·2D)
        learned = self.dit(tokens, t, text, real, drop)  # (B, N, P·D)
        return estimate + c_out * self.unpatchify(learned, x.shape[1])  # (B, F, D)

    def patchify(self, x: Tensor) -> Tensor:
        """Group P frames into a token: (B, F, C) → (B, N, P·C), any C; the last token is zero-padded."""
        P = self.patch_size
        x = functional.pad(x, (0, 0, 0, -x.shape[1] % P))  # (B, N·P, C)
        return x.unflatten(1, (-1, P)).flatten(2)  # (B, N, P, C), then (B, N, P·C)

    def unpatchify(self, x: Tensor, F: int) -> Tensor:
        """Tokens back to F frames, without the padding: (B, N, P·D) → (B, F, D)."""
        x = x.unflatten(2, (self.patch_size, -1))  # (B, N, P, D)
        return x.flatten(1, 2)[:, :F]  # (B, N·P, D), then (B, F, D)
