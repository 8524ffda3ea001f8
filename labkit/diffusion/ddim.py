"""One step of implicit sampling."""

from torch import Tensor

from labkit.diffusion.schedule import Schedule
from labkit.exercises.registry import stub


@stub("code8")
def ddim_step(
    schedule: Schedule,
    prediction: Tensor,
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
    eta: float = 0.0,
) -> Tensor:
    """x_t → x_{t_prev} (B, F, D): Song et al. 2021, eq. 12, with σ from their eq. 16.

    eta: 0 is deterministic, 1 draws like DDPM. The other arguments are `ddpm_step`'s.
    """
    # TODO (Code 8): here, or in notebooks/03_diffusion.ipynb
    raise NotImplementedError
