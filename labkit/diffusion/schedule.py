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
    """β of the cosine schedule, Nichol & Dhariwal 2021, eq. 17, at most 0.999 → (T,) float64.

    ᾱ falls like a squared cosine.
    """
    u = torch.linspace(0, 1, T + 1, dtype=torch.float64)
    alphas_cumprod = torch.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2
    return (1 - alphas_cumprod[1:] / alphas_cumprod[:-1]).clamp(max=0.999)


def linear_betas(T: int) -> Tensor:
    """β of the linear schedule, Ho et al. 2020, sec. 4: 1e-4 … 0.02 for T = 1000 → (T,) float64.

    For other T the values are multiplied by 1000 / T, so that the last step is nearly pure noise.
    β is at most 0.999.
    """
    return (torch.linspace(1e-4, 0.02, T, dtype=torch.float64) * (1000 / T)).clamp(max=0.999)


def shifted(u: Tensor, shift: float) -> Tensor:
    """Times u, any shape, in [0, 1], shifted towards noise at 1 → same shape. Esser et al. 2024, eq. 23.

    Half of evenly spaced times come to lie above shift / (shift + 1). shift = 1 changes nothing.
    """
    return shift * u / (1 + (shift - 1) * u)


class Schedule:
    """β_t and ᾱ_t of T steps, (T,) float64 each, and the conversions that need them.

    kind: "cosine" or "linear". prediction_type: what the network's output means, one of PREDICTION_TYPES: the
    noise ε, the clean motion x0 ("sample"), or v = √ᾱ ε − √(1−ᾱ) x0 (Salimans & Ho 2022, sec. 4).
    Raises ValueError for any other kind or prediction_type.
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
        """Move both tables to `device`, in place → self. Motions and t must be on that device, too."""
        self.betas, self.alphas_cumprod = self.betas.to(device), self.alphas_cumprod.to(device)
        return self

    def alpha_bar(self, t: Tensor) -> Tensor:
        """ᾱ at steps t (B,) int64 → (B, 1, 1) float32, which broadcasts over motions; ᾱ = 1 at t = −1."""
        values = torch.where(t < 0, 1.0, self.alphas_cumprod[t.clamp(min=0)])  # (B,)
        return values.float()[:, None, None]  # (B, 1, 1)

    def snr(self, t: Tensor) -> Tensor:
        """Signal-to-noise ratio ᾱ / (1 − ᾱ) at steps t (B,) int64, 0 to T − 1 → (B,) float32."""
        alphas_cumprod = self.alphas_cumprod[t]  # (B,)
        return (alphas_cumprod / (1 - alphas_cumprod)).float()

    def q_sample(self, x0: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """Noise a clean motion: a sample of q(x_t | x_0), Ho et al. 2020, eq. 4 → x_t (B, F, D).

        x0, noise: (B, F, D). t: (B,) int64; −1 gives x0 itself.
        """
        a = self.alpha_bar(t)  # (B, 1, 1)
        return a.sqrt() * x0 + (1 - a).sqrt() * noise  # (B, F, D)

    def target(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """What the network should predict: ε, x0 or v, as `prediction_type` is → (B, F, D).

        x0, noise: (B, F, D). t: (B,) int64.
        """
        if self.prediction_type == "epsilon":
            return noise
        if self.prediction_type == "sample":
            return x0
        a = self.alpha_bar(t)  # (B, 1, 1)
        return a.sqrt() * noise - (1 - a).sqrt() * x0  # (B, F, D)

    def split(self, prediction: Tensor, x_t: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """A network's output at x_t → its estimates of x0 and of the noise, (B, F, D) each.

        prediction, x_t: (B, F, D). t: (B,) int64, 0 to T − 1. The two satisfy x_t = √ᾱ x0 + √(1−ᾱ) ε, so that
        each of the three targets determines both. Nothing is clipped.
        """
        a = self.alpha_bar(t)  # (B, 1, 1)
        signal, sigma = a.sqrt(), (1 - a).sqrt()  # (B, 1, 1) each
        if self.prediction_type == "epsilon":
            return (x_t - sigma * prediction) / signal, prediction
        if self.prediction_type == "sample":
            return prediction, (x_t - signal * prediction) / sigma
        return signal * x_t - sigma * prediction, signal * prediction + sigma * x_t

    def timesteps(self, steps: int, shift: float = 1.0) -> Tensor:
        """`steps` of the T diffusion steps, from T − 1 down to 0 → (steps,) int64, all different, on the CPU.

        shift: 1 spaces them evenly; greater values put more of them at high noise, see `shifted`. steps = 1
        gives T − 1 alone. Raises LabError unless 1 <= steps <= T and shift >= 1.
        """
        if not 1 <= steps <= self.T:
            raise LabError(f"{steps} steps cannot be made: choose between 1 and {self.T}")
        if not shift >= 1:
            raise LabError(f"a shift of {shift:g} is not possible: choose 1, for equal distances, or more")
        u = torch.linspace(1, 0, steps, dtype=torch.float64, device="cpu")
        t = ((self.T - 1) * shifted(u, shift)).round().long()  # (steps,), neighbours may be equal
        index = torch.arange(steps, device="cpu")
        return (t + index).cummin(0).values - index  # now each is at least 1 below the last
