from collections.abc import Callable

from torch import Tensor

from labkit.diffusion import Schedule


def ddpm_loss(
    model: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    mask: Tensor,
) -> Tensor:
    """How badly the network undoes the noise: Ho et al. 2020, eq. 14 → (B,), one loss a sample.

    model: (x_t (B, F, D), t (B,)) → prediction (B, F, D). x0: clean motion (B, F, D), z-scored.
    t: (B,) steps. noise: (B, F, D), standard normal. mask: (B, F) bool; padded frames do not count.
    """
    prediction = model(schedule.q_sample(x0, t, noise), t)
    error = (prediction - schedule.target(x0, noise, t)) ** 2  # (B, F, D)
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
