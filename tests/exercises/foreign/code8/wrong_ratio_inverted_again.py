# wrong: the fraction of sigma is upside down
# named: first fraction is inverted
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
    x0, epsilon = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    sigma = eta * ((1 - a_t) / (1 - a_prev).clamp(min=1e-8) * (1 - a_t / a_prev)).sqrt()
    rest = (1 - a_prev - sigma**2).clamp(min=0)
    return a_prev.sqrt() * x0 + rest.sqrt() * epsilon + sigma * noise
