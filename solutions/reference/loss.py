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
    """Masked squared error of the network's prediction: Ho et al. 2020, eq. 14 → (B,), one loss a sample.

    Noise x0 to x_t (`schedule.q_sample`), call the network, and square its difference from the target.

    x0: clean motion (B, F, D), z-scored, of any size. t: (B,) int64, a step for each sample, 0 to T − 1.
    model: call it once, as model(x_t, t), by position, with x_t (B, F, D) and t as it is → prediction, alike.
    noise: (B, F, D), standard normal, already sampled: use this one.
    The target depends on `schedule.prediction_type`: in eq. 14 it is the noise, here it may also be x0 or v.
    `schedule.target(x0, noise, t)` gives it.
    mask: (B, F) bool, True at real frames. Padded frames must not change the loss, nor may their number: the
    squared error is a mean over the real frames and over D. (The check accepts a sum over either, or both, as
    well. The figures of notebook 03 assume the mean.)

    x0, noise, x_t, prediction and loss are float32 on one device. Leave the arguments and the network's
    output as they are: the backward pass needs them. Set no seed: that is the caller's.
    """
    prediction = model(schedule.q_sample(x0, t, noise), t)  # (B, F, D)
    error = (prediction - schedule.target(x0, noise, t)) ** 2  # (B, F, D)
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)  # (B,)
