from torch import Tensor

from labkit.diffusion import Schedule


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
    x0, epsilon = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
    rest = (1 - a_prev - sigma**2).clamp(min=0)  # at eta = 1 it may be zero but for rounding
    return a_prev.sqrt() * x0 + rest.sqrt() * epsilon + sigma * noise
