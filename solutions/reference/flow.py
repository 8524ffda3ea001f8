from collections.abc import Callable

from torch import Tensor


def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    """Conditional flow-matching loss → (B,), one loss per sample.

    Lipman et al. 2023, eq. 23 with σ_min = 0; Liu et al. 2023, eq. 1. Here t = 0 is data and t = 1 is noise:
    x_t lies on the straight line x_t = (1 − t) · x0 + t · noise. The target is the velocity of x_t,
    dx_t / dt.

    model: call it exactly once, with positional arguments, as model(x_t, t), with x_t (B, F, D) and t
    unchanged. It returns the predicted velocity (B, F, D).
    x0: clean motion (B, F, D), z-scored. t: (B,) float32, one time per sample, 0 to 1.
    noise: (B, F, D), standard normal, already sampled: use it unchanged.
    mask: (B, F) bool, True at real frames, at least one per sample. The loss is the mean squared error over
    the real frames and over D, as in `ddpm_loss`: it depends neither on the values nor on the number of
    padded frames.
    x0, x_t and the velocity may have any magnitude: clip nothing. All but mask are float32 on one device. Do
    not change the arguments or the network's output in place.
    """
    time = t[:, None, None]  # (B, 1, 1)
    velocity = model((1 - time) * x0 + time * noise, t)  # (B, F, D)
    error = (velocity - (noise - x0)) ** 2  # (B, F, D)
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)  # (B,)
