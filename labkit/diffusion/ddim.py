"""One DDIM step."""

from torch import Tensor

from labkit.diffusion.schedule import Schedule
from labkit.stubs import stub


@stub("code8")
def ddim_step(
    schedule: Schedule,
    prediction: Tensor,
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
    eta: float = 0.0,
) -> Tensor:
    """x_t → x_{t_prev}, back along the line through x0 and noise → (B, F, D), float32 like x_t.

    Song et al. 2021, eq. 12, with σ from their eq. 16. They write α for what is ᾱ here; their t − 1 is any
    t_prev < t, so that steps may be skipped.
    prediction: the network's output at x_t (B, F, D), which may be x0, the noise or v:
    `schedule.split(prediction, x_t, t)` turns it into x0 and noise. Neither is clipped: motions are z-scored.
    t, t_prev: (B,) int64, a step of its own for each sample. To t_prev = −1 it is the last step, whatever
    t is: there ᾱ is 1. `schedule.alpha_bar` gives ᾱ of either, shaped (B, 1, 1), float32.
    noise: (B, F, D), standard normal, already sampled: use this one, times σ (+ or −, noise is symmetric).
    eta: scales σ; 0 is deterministic, 1 is DDPM's step with the variance β̃. It is given by position or name.
    At 1 and long strides 1 − ᾱ_prev − σ² is so near 0 that rounding may take it below, and its root is nan
    then: clamp it.
    All tensors are on one device. Leave the arguments as they are: callers keep x_t and the prediction. Set
    no seed: that is the caller's.
    """
    # TODO (Code 8): here, or in notebooks/03_diffusion.ipynb
    raise NotImplementedError
