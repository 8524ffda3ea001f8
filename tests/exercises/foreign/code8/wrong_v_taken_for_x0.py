# wrong: every prediction that is not noise is taken for x0, v as well
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
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    if schedule.prediction_type == "epsilon":
        epsilon = prediction
        x0 = (x_t - (1 - a_t).sqrt() * epsilon) / a_t.sqrt()
    else:
        x0 = prediction
        epsilon = (x_t - a_t.sqrt() * x0) / (1 - a_t).sqrt()
    sigma = eta * ((1 - a_prev) / (1 - a_t) * (1 - a_t / a_prev)).sqrt()
    direction = (1 - a_prev - sigma**2).clamp(min=0).sqrt() * epsilon
    return a_prev.sqrt() * x0 + direction + sigma * noise
