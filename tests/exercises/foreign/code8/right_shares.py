# right: the variance 1 - alpha_bar_prev is divided into a share of fresh noise and the rest, and the noise is subtracted.
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(
    schedule: Schedule,
    prediction: Tensor,
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
    eta: float = 0.0,
) -> Tensor:
    clean, old = schedule.split(prediction, x_t, t)
    now, then = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    total = 1 - then
    share = (eta * eta) * (1 - now / then) / (1 - now)  # of the variance, renewed
    kept = (total * (1 - share)).clamp_min(0.0).sqrt()
    fresh = abs(eta) * (total * (1 - now / then) / (1 - now)).sqrt()
    return torch.stack([then.sqrt() * clean, kept * old, -fresh * noise]).sum(dim=0)
