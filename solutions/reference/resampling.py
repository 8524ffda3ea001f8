from collections.abc import Callable

from torch import Tensor

from labkit.diffusion import Schedule


def resampled_step(
    schedule: Schedule,
    step: Callable[[Tensor], Tensor],
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
) -> Tensor:
    """x_t → x_{t_prev}, with the step done U times: Lugmayr et al. 2022, alg. 1, lines 3 to 12 → (B, F, D).

    Between two of the U steps x_{t_prev} is noised back to step t: a sample of q(x_t | x_{t_prev}), alg. 1,
    line 10, where β is that of the whole stride: α = ᾱ_t / ᾱ_{t_prev}, β = 1 − α.
    step: one step of the sampler, replacement included: step(x_t) → x_{t_prev}, both (B, F, D).
    t, t_prev: (B,), t_prev < t; `schedule.alpha_bar` gives ᾱ of either, shaped (B, 1, 1).
    noise: (U − 1, B, F, D), standard normal, already sampled, one for each time that noise is added. U = 1 is
    a single step without any. At the last step of the sampler, t_prev = −1 for all samples, there is one step
    only, whatever U. Where t_prev is −1 for some samples only, the others take U steps as ever.
    All tensors are on one device; motions and noise are float32. Leave the arguments and what `step` returns
    as they are.
    """
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)
    x_prev = step(x_t)
    if (t_prev < 0).all():
        return x_prev
    for fresh in noise:
        x_prev = step(alpha.sqrt() * x_prev + (1 - alpha).sqrt() * fresh)
    return x_prev
