"""One DDPM step (ancestral sampling)."""

from torch import Tensor

from labkit.diffusion.schedule import Schedule
from labkit.stubs import stub


@stub("code7")
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    """One DDPM step x_t → x_{t_prev}: a sample of q(x_{t_prev} | x_t, x0) → (B, F, D), float32.

    Ho et al. 2020, alg. 2: mean + standard deviation · noise (the sign of the noise is free: it is
    symmetric). Mean and variance are those of the posterior, eq. 6 and 7, with the network's estimate of x0.
    The step may skip diffusion steps: α = ᾱ_t / ᾱ_{t_prev} and β = 1 − α belong to the whole stride from
    t_prev to t. The check also accepts β as the variance (sec. 3.2).
    prediction: the network's output at x_t (B, F, D): x0, noise or v. `schedule.split(prediction, x_t, t)`
    gives the estimates of x0 and noise.
    t, t_prev: (B,) int64, one pair per sample, t_prev < t. t_prev = −1 is the last step, from any t: there ᾱ
    is 1. `schedule.alpha_bar` gives ᾱ at t and at t_prev, (B, 1, 1) float32.
    noise: (B, F, D), standard normal, already sampled: use it unchanged. The last step adds none.
    Clip nothing here, neither x0 nor the result. In the sampling loop `predict` (labkit/diffusion/sample.py)
    limits a predicted x0 to the range of the data before this call.
    All tensors are on one device. Do not change the arguments in place: callers keep x_t and the prediction.
    Set no random seed.
    """
    # TODO (Code 7): here, or in notebooks/03_diffusion.ipynb
    raise NotImplementedError
