from collections.abc import Callable

from torch import Tensor


def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    """Conditional flow-matching loss → (B,), one loss a sample.

    Lipman et al. 2023, eq. 23 with σ_min = 0; Liu et al. 2023, eq. 1. Here t = 0 is data and t = 1 is noise:
    x_t lies on the straight line from x0 to the noise, x_t = (1 − t) · x0 + t · noise, and the target is the
    velocity of this point, dx_t / dt.

    model: call it once, as model(x_t, t), by position, with x_t (B, F, D) and t as it is → velocity, alike.
    x0: clean motion (B, F, D), z-scored, of any size. t: (B,) float32, 0 to 1, a time for each sample.
    noise: (B, F, D), standard normal, already sampled: use this one.
    mask: (B, F) bool, True at real frames. As in `ddpm_loss`, the squared error is a mean over the real
    frames and over D: neither padded frames nor their number change it.
    x_t, the velocity and the loss are float32 on one device. Leave the arguments and the network's output as
    they are.
    """
    time = t[:, None, None]
    velocity = model((1 - time) * x0 + time * noise, t)
    error = (velocity - (noise - x0)) ** 2  # (B, F, D)
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
