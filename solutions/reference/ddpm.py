from torch import Tensor

from labkit.diffusion import Schedule


def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    """x_t → x_{t_prev}, a sample of q(x_{t_prev} | x_t, x0) at the network's x0 → (B, F, D), float32 as x_t.

    Ho et al. 2020, alg. 2: mean + deviation · noise (or mean − …, noise is symmetric). Mean and variance are
    those of the posterior, eq. 6 and 7. α and β are those of the whole stride from t_prev to t, so that steps
    may be skipped: α = ᾱ_t / ᾱ_{t_prev}, β = 1 − α. The check also accepts β as the variance (sec. 3.2).
    prediction: the network's output at x_t (B, F, D), which may be x0, the noise or v:
    `schedule.split(prediction, x_t, t)` turns it into x0 and noise. Neither is clipped: motions are z-scored.
    t, t_prev: (B,) int64, a step of its own for each sample, t_prev < t. To t_prev = −1 it is the last step,
    from whatever t: there ᾱ is 1. `schedule.alpha_bar` gives ᾱ of either, shaped (B, 1, 1), float32.
    noise: (B, F, D), standard normal, already sampled: use this one. The last step adds none.
    All tensors are on one device. Leave the arguments as they are: callers keep x_t and the prediction. Set
    no seed: that is the caller's.
    """
    x0, _ = schedule.split(prediction, x_t, t)  # (B, F, D)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)  # (B, 1, 1)
    alpha = a_t / a_prev
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    variance = beta * (1 - a_prev) / (1 - a_t)  # zero at the last step, where ᾱ_prev is 1
    return mean + variance.sqrt() * noise  # (B, F, D)
