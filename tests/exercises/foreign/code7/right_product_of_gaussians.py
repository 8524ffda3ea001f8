# right: Bayes' rule as the product of two Gaussians, weighted by precisions (multiplied out).
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0 = schedule.split(prediction, x_t, t)[0]
    now, then = schedule.alpha_bar(t).double(), schedule.alpha_bar(t_prev).double()
    alpha = now / then
    # prior: x_prev ~ N(sqrt(then) x0, p); likelihood: x_t ~ N(sqrt(alpha) x_prev, q)
    p, q = 1 - then, 1 - alpha
    evidence = q + alpha * p  # p q times the sum of the two precisions
    mean = (then.sqrt() * q / evidence) * x0 + (alpha.sqrt() * p / evidence) * x_t
    deviation = (p * q / evidence).sqrt()
    return (mean - deviation * noise).to(x_t.dtype)
