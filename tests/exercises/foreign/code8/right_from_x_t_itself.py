# right: no estimated noise from split; x_t is shortened towards x0 along their line instead.
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
    x0 = schedule.split(prediction, x_t, t)[0]
    a, b = schedule.alpha_bar(t).double(), schedule.alpha_bar(t_prev).double()
    sigma2 = eta * eta * ((1 - b) / (1 - a)) * (1 - a / b)
    shrink = ((1 - b - sigma2).clamp(min=0) / (1 - a)).sqrt()
    weight = b.sqrt() - shrink * a.sqrt()  # of x0
    return (weight * x0 + shrink * x_t - sigma2.sqrt() * noise).to(x_t.dtype)
