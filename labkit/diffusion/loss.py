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
    """How badly the network undoes the noise: Ho et al. 2020, eq. 14 → (B,), one loss a sample.

    Noise x0 to x_t (`schedule.q_sample`), let the network look at it, and square what it got wrong.

    x0: clean motion (B, F, D), z-scored. t: (B,) steps, one for each sample, from 0 to T − 1.
    model: called once, with x_t (B, F, D) and t as it is (B,) → prediction (B, F, D).
    noise: (B, F, D), standard normal, already drawn: use this one.
    What should have been predicted depends on `schedule.prediction_type`: eq. 14 writes the noise, ours may
    also be x0 or v. `schedule.target(x0, noise, t)` knows.
    mask: (B, F) bool, True at real frames. Padded frames must not change the loss, nor may their number: the
    squared error is a mean over the real frames and over D. (A sum over either, or both, will do as well.)
    """
    # TODO (Code 6): here, or in notebooks/03_diffusion.ipynb
    raise NotImplementedError
