"""The noise schedule, and the conversions between the three prediction targets.

| here             | Ho et al. 2020 | Song et al. 2021 (DDIM) |
|------------------|----------------|-------------------------|
| `betas`          | β_t            |                         |
| `alphas_cumprod` | ᾱ_t            | α_t                     |
| `x0`, `noise`    | x_0, ε         | x_0, ε                  |

Steps are counted from 0 (least noise) to T − 1 (almost only noise); step −1 means no noise at all, ᾱ = 1.
Letters: B batch, F frames, D features, T diffusion steps.
"""

import math

import torch
from torch import Tensor

from labkit.paths import LabError

PREDICTION_TYPES = ("epsilon", "sample", "v_prediction")


def cosine_betas(T: int) -> Tensor:
    """Nichol & Dhariwal 2021, eq. 17: (T,) float64. ᾱ falls like a squared cosine."""
    u = torch.linspace(0, 1, T + 1, dtype=torch.float64)
    alphas_cumprod = torch.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2
    return (1 - alphas_cumprod[1:] / alphas_cumprod[:-1]).clamp(max=0.999)


def linear_betas(T: int) -> Tensor:
    """Ho et al. 2020, sec. 4: (T,) float64, 1e-4 … 0.02 for T = 1000, scaled so that any T ends in noise."""
    return torch.linspace(1e-4, 0.02, T, dtype=torch.float64) * (1000 / T)


def shifted(u: Tensor, shift: float) -> Tensor:
    """Times u in [0, 1], of any shape, moved towards noise at 1: Esser et al. 2024, eq. 23.

    Half of evenly spaced times come to lie above shift / (shift + 1); a shift of 1 changes nothing.
    """
    return shift * u / (1 + (shift - 1) * u)


class Schedule:
    """β_t and ᾱ_t of T steps, float64, and the conversions that need them.

    kind: "cosine" or "linear". prediction_type: what the network's output means, one of PREDICTION_TYPES:
    the noise ε, the clean motion x0 ("sample"), or v = √ᾱ ε − √(1−ᾱ) x0 (Salimans & Ho 2022).
    """

    def __init__(self, T: int = 1000, kind: str = "cosine", prediction_type: str = "sample"):
        if prediction_type not in PREDICTION_TYPES:
            raise ValueError(f"prediction_type is {prediction_type!r}, not one of {PREDICTION_TYPES}")
        betas = {"cosine": cosine_betas, "linear": linear_betas}
        if kind not in betas:
            raise ValueError(f"schedule is {kind!r}, not one of {tuple(betas)}")
        self.config = dict(T=T, kind=kind, prediction_type=prediction_type)
        self.T, self.prediction_type = T, prediction_type
        self.betas = betas[kind](T)
        self.alphas_cumprod = torch.cumprod(1 - self.betas, dim=0)

    def to(self, device) -> "Schedule":
        """Move the tables to `device`, in place; the motions must be there too."""
        self.betas, self.alphas_cumprod = self.betas.to(device), self.alphas_cumprod.to(device)
        return self

    def alpha_bar(self, t: Tensor) -> Tensor:
        """ᾱ at steps t (B,), −1 included, shaped (B, 1, 1) to multiply a batch of motions, float32."""
        values = torch.where(t < 0, 1.0, self.alphas_cumprod[t.clamp(min=0)])
        return values.float()[:, None, None]

    def snr(self, t: Tensor) -> Tensor:
        """Signal-to-noise ratio ᾱ / (1 − ᾱ) at steps t (B,) → (B,)."""
        alphas_cumprod = self.alphas_cumprod[t]
        return (alphas_cumprod / (1 - alphas_cumprod)).float()

    def q_sample(self, x0: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """Noise a clean motion: x_t ~ q(x_t | x_0), Ho et al. 2020, eq. 4. All (B, F, D), t (B,)."""
        a = self.alpha_bar(t)
        return a.sqrt() * x0 + (1 - a).sqrt() * noise

    def target(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The prediction target of this `prediction_type`. All (B, F, D), t (B,)."""
        if self.prediction_type == "epsilon":
            return noise
        if self.prediction_type == "sample":
            return x0
        a = self.alpha_bar(t)
        return a.sqrt() * noise - (1 - a).sqrt() * x0

    def split(self, prediction: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """A network's output → its estimates of x0 and of the noise, all (B, F, D), t (B,).

        They satisfy x_t = √ᾱ x0 + √(1−ᾱ) ε, so each of the three targets determines both.
        """
        a = self.alpha_bar(t)
        signal, sigma = a.sqrt(), (1 - a).sqrt()
        if self.prediction_type == "epsilon":
            return (x_t - sigma * prediction) / signal, prediction
        if self.prediction_type == "sample":
            return prediction, (x_t - signal * prediction) / sigma
        return signal * x_t - sigma * prediction, signal * prediction + sigma * x_t

    def timesteps(self, steps: int, shift: float = 1.0) -> Tensor:
        """`steps` of the T steps from T − 1 down to 0 → (steps,) int64, all different, on the CPU.

        Evenly spaced where shift is 1. Greater values put more steps at high noise, see `shifted`.
        Raises LabError unless 1 <= steps <= T and shift >= 1.
        """
        if not 1 <= steps <= self.T:
            raise LabError(f"{steps} steps cannot be made: choose between 1 and {self.T}")
        if not shift >= 1:
            raise LabError(f"a shift of {shift:g} is not possible: choose 1, for equal distances, or more")
        u = torch.linspace(1, 0, steps, dtype=torch.float64, device="cpu")
        t = ((self.T - 1) * shifted(u, shift)).round().long()
        index = torch.arange(steps, device="cpu")
        return (t + index).cummin(0).values - index  # each at least one below the step before
