"""The training loss of denoising diffusion."""

from collections.abc import Callable

from torch import Tensor

from labkit.diffusion.schedule import Schedule
from labkit.exercises.registry import stub


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

    model: (x_t (B, F, D), t (B,)) → prediction (B, F, D). x0: clean motion (B, F, D), z-scored.
    t: (B,) steps. noise: (B, F, D), standard normal. mask: (B, F) bool; padded frames do not count.
    """
    # TODO (Code 6): here, or in notebooks/03_diffusion.ipynb
    raise NotImplementedError
