"""One step of ancestral sampling."""

from torch import Tensor

from labkit.diffusion.schedule import Schedule
from labkit.exercises.registry import stub


@stub("code7")
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    """x_t → x_{t_prev}, a draw from q(x_{t_prev} | x_t, x0) at the network's x0 (B, F, D).

    Ho et al. 2020, alg. 2, with mean and variance in the posterior form of their eq. 6 and 7, where β_t is
    that of the whole stride from t_prev to t, so that steps may be skipped: α_t = ᾱ_t / ᾱ_{t_prev}.
    prediction: the network's output at x_t; `schedule.split` turns it into x0 and noise.
    t, t_prev: (B,), t_prev < t, −1 for the last step; `schedule.alpha_bar` knows ᾱ of either, (B, 1, 1).
    noise: (B, F, D), standard normal; the last step adds none.
    """
    # TODO (Code 7): here, or in notebooks/03_diffusion.ipynb
    raise NotImplementedError
