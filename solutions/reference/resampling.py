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
    """x_t → x_{t_prev}, the step done U times, Lugmayr et al. 2022, alg. 1, lines 3 to 12 → (B, F, D).

    After each step but the last, x_{t_prev} is noised back to step t: a sample of q(x_t | x_{t_prev}),
    alg. 1, line 10. Its β is that of the whole stride: α = ᾱ_t / ᾱ_{t_prev}, β = 1 − α.
    step: one step of the sampler, replacement included: step(x_t) → x_{t_prev}, both (B, F, D).
    t, t_prev: (B,) int64, t_prev < t. `schedule.alpha_bar` gives ᾱ at t and at t_prev, (B, 1, 1).
    noise: (U − 1, B, F, D), standard normal, already sampled, one for each time that noise is added. With
    U = 1 no noise is added.
    The last step of the sampler, t_prev = −1 for all samples, is done once, whatever U is. Where t_prev = −1
    for some samples only, the others still take U steps, and no result is NaN: ᾱ_{−1} is 1.
    All tensors are on one device; motions and noise are float32. Do not change the arguments or the results
    of `step` in place.
    """
    alpha = schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)  # (B, 1, 1)
    x_prev = step(x_t)  # (B, F, D)
    if (t_prev < 0).all():
        return x_prev
    for fresh in noise:
        x_prev = step(alpha.sqrt() * x_prev + (1 - alpha).sqrt() * fresh)  # (B, F, D)
    return x_prev
