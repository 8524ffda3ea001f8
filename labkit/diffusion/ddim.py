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
    """One DDIM step x_t → x_{t_prev}: the estimates of x0 and noise, combined at t_prev → (B, F, D), float32.

    Song et al. 2021, eq. 12, with σ from eq. 16. Their α is ᾱ here; their t − 1 is any t_prev < t, so the
    step may skip diffusion steps.
    prediction: the network's output at x_t (B, F, D): x0, noise or v. `schedule.split(prediction, x_t, t)`
    gives the estimates of x0 and noise.
    t, t_prev: (B,) int64, one pair per sample. t_prev = −1 is the last step, from any t: there ᾱ is 1.
    `schedule.alpha_bar` gives ᾱ at t and at t_prev, (B, 1, 1) float32.
    noise: (B, F, D), standard normal, already sampled: multiply it by σ (its sign is free: it is symmetric).
    eta: scales σ. 0 is deterministic; 1 is a DDPM step with the posterior variance β̃. Callers give it by
    position or by name. At eta = 1 and long strides, 1 − ᾱ_prev − σ² can round to a negative number, whose
    root is NaN: clamp it at 0.
    Clip nothing else here, neither x0 nor the noise. In the sampling loop `predict`
    (labkit/diffusion/sample.py) limits a predicted x0 to the range of the data before this call.
    All tensors are on one device. Do not change the arguments in place: callers keep x_t and the prediction.
    Set no random seed.
    """
    # TODO (Code 8): here, or in notebooks/03_diffusion.ipynb
    raise NotImplementedError
