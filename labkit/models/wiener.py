"""A Wiener filter: the least-squares linear estimate of the clean motion, from the data's autocovariance.

Model z-scored motion as a stationary Gaussian process. Its component along each principal axis of a frame is
a scalar process with autocovariance r(k) at lag k. R is the K × K matrix of r(|i − j|), the vector r its
middle column, I the identity. From

    x_t = √ᾱ x_0 + √(1−ᾱ) ε

the least-squares estimate of x_0 is linear (Wiener 1949): axis by axis, over the K frames around each frame,

    E[x_0 | x_t] = wᵀ x_t    w = √ᾱ (ᾱ R + (1−ᾱ) I)⁻¹ r    and    Var[x_0 | x_t] = r(0) − √ᾱ wᵀ r.

Letters: B batch, F frames, D features of a frame, T diffusion steps, K frames of the filter.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from labkit.device import full_precision

K = 31  # frames, 1.55 s


class WienerFilter(nn.Module):
    """The Wiener estimate of x_0 and its standard deviation at every noise level.

    features: D. T: diffusion steps. Motions are z-scored. Before `fit` the estimate is 0 and the deviation 1.
    """

    alphas_cumprod: Tensor
    axes: Tensor
    vectors: Tensor
    values: Tensor
    covariance: Tensor

    def __init__(self, features: int, T: int):
        super().__init__()
        self.register_buffer("alphas_cumprod", torch.zeros(T))
        self.register_buffer("axes", torch.eye(features))  # (D, D), one axis per column
        # For each axis: eigenvectors (D, K, K) and eigenvalues (D, K) of R, and r in this eigenbasis (D, K)
        self.register_buffer("vectors", torch.eye(K).repeat(features, 1, 1))
        self.register_buffer("values", torch.ones(features, K))
        self.register_buffer(
            "covariance", functional.one_hot(torch.tensor(K // 2), K).repeat(features, 1).float()
        )

    def fit(self, clips: Sequence[Tensor], alphas_cumprod: Tensor) -> None:
        """Fit axes and autocovariances to z-scored motions (F_i, D), one or more; noise levels from ᾱ (T,).

        The mean over all frames is taken to be 0. Lags at which no motion is long enough count as
        uncorrelated.
        """
        frames = torch.cat(list(clips)).double()  # (ΣF_i, D)
        axes = torch.linalg.eigh(frames.T @ frames).eigenvectors  # (D, D)
        r = torch.zeros(frames.shape[1], K, dtype=torch.float64, device=frames.device)  # (D, K)
        for clip in clips:
            along = clip.double() @ axes  # (F_i, D)
            for k in range(min(K, len(clip))):
                # divided by all frames, not by all pairs: then R has no negative eigenvalues
                r[:, k] += (along[k:] * along[: len(clip) - k]).sum(0) / len(frames)
        lag = (torch.arange(K)[:, None] - torch.arange(K)).abs()  # (K, K)
        values, vectors = torch.linalg.eigh(r[:, lag])  # (D, K), (D, K, K)
        self.alphas_cumprod.copy_(alphas_cumprod)
        self.axes.copy_(axes)
        self.values.copy_(values.clamp(min=0))
        self.vectors.copy_(vectors)
        self.covariance.copy_(torch.einsum("dkj,dk->dj", vectors, r[:, lag[K // 2]]))

    def gains(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """√ᾱ (B, 1, 1), and w in the basis of R's eigenvectors (B, D, K), at diffusion steps t (B,)."""
        a = self.alphas_cumprod[t][:, None, None]  # (B, 1, 1)
        return a.sqrt(), a.sqrt() * self.covariance / (a * self.values + 1 - a)  # (B, 1, 1), (B, D, K)

    def deviation(self, t: Tensor) -> Tensor:
        """Standard deviation of x_0 given x_t at steps t (B,), for each feature, z-scored: (B, 1, D).

        The square root of Var[x_0 | x_t], see above; D axes are turned back into D features.
        """
        signal, gains = self.gains(t)  # (B, 1, 1), (B, D, K)
        left = self.covariance / self.values.clamp(min=1e-9) - signal * gains  # (B, D, K)
        variance = (self.covariance * left).sum(-1)  # (B, D), along the axes
        return (variance.clamp(min=1e-6) @ self.axes.T.square()).sqrt()[:, None]  # (B, D), then (B, 1, D)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """E[x_0 | x_t] (B, F, D) for x_t (B, F, D), z-scored and zero where padded, at steps t (B,)."""
        with full_precision(x.device):  # rounding to bfloat16 would show as jitter
            B, F, D = x.shape
            _, gains = self.gains(t)  # (B, D, K)
            w = torch.einsum("dkj,bdj->bdk", self.vectors, gains)  # (B, D, K)
            along = (x @ self.axes).mT.reshape(1, B * D, F)  # (B, F, D), then (1, B·D, F)
            w = w.reshape(B * D, 1, K)  # (B·D, 1, K)
            along = functional.conv1d(along, w, padding=K // 2, groups=B * D)  # (1, B·D, F)
            return along.view(B, D, F).mT @ self.axes.T  # (B, D, F), then (B, F, D)
