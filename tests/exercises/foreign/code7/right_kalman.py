# right: the posterior is written as a Kalman update of q(x_prev | x0) by the observation x_t, and the noise is subtracted (variance of eq. 7).
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    clean = schedule.split(prediction, x_t, t)[0]
    before, now = map(schedule.alpha_bar, (t_prev, t))
    ratio = now / before  # x_t = sqrt(ratio) x_prev + noise
    prior_mean, prior_variance = before.sqrt() * clean, 1 - before
    observed_variance = 1 - now
    gain = prior_variance * ratio.sqrt() / observed_variance
    mean = prior_mean + gain * (x_t - ratio.sqrt() * prior_mean)
    variance = prior_variance * (1 - ratio) / observed_variance
    return mean - torch.sqrt(variance) * noise
