"""The training loss: masked mean squared error per sample."""

from collections.abc import Callable

from torch import Tensor

from labkit.diffusion.schedule import Schedule
from labkit.stubs import stub


@stub("code6")
def ddpm_loss(
    model: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    mask: Tensor,
) -> Tensor:
    """Masked squared error of the network's prediction, Ho et al. 2020, eq. 14 → (B,), one loss per sample.

    Noise x0 to x_t (`schedule.q_sample`), call the network, and square the difference from the target.

    x0: clean motion (B, F, D), z-scored. t: (B,) int64, one diffusion step per sample, 0 to T − 1.
    noise: (B, F, D), standard normal, already sampled: use it unchanged.
    model: call it exactly once, with positional arguments, as model(x_t, t), with x_t (B, F, D) and t
    unchanged. It returns the prediction (B, F, D).
    The target depends on `schedule.prediction_type`: the noise (as in eq. 14), x0, or v.
    `schedule.target(x0, noise, t)` gives it.
    mask: (B, F) bool, True at real frames, at least one per sample. The loss is the mean squared error over
    the real frames and over D: it depends neither on the values nor on the number of padded frames. (The
    check also accepts a sum over either, or both. The figures of notebook 03 assume the mean.)

    x0, x_t and the prediction may have any magnitude: clip nothing. All but t and mask are float32. Do not
    change the arguments or the prediction in place: the backward pass needs them. Set no random seed.
    """
    # TODO (Code 6): here, or in notebooks/03_diffusion.ipynb
    raise NotImplementedError
