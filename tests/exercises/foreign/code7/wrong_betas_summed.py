# wrong: the beta of a stride is the sum of the betas of its steps
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(
    schedule: Schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor
) -> Tensor:
    x0, _ = schedule.split(prediction, x_t, t)
    a_t, a_prev = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    beta = torch.stack([schedule.betas[p + 1 : s + 1].sum() for p, s in zip(t_prev.tolist(), t.tolist())])
    beta = beta.float().clamp(max=0.999)[:, None, None]
    alpha = 1 - beta
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    variance = beta * (1 - a_prev) / (1 - a_t)
    return mean + variance.sqrt() * noise
