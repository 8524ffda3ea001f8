# wrong: the alpha of a stride is the product of the steps t_prev to t - 1 instead of t_prev + 1 to t
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
    alpha = torch.stack(
        [(1 - schedule.betas[max(p, 0) : s]).prod() for p, s in zip(t_prev.tolist(), t.tolist())]
    ).float()[:, None, None]
    beta = 1 - alpha
    mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)
    variance = beta * (1 - a_prev) / (1 - a_t)
    return mean + variance.sqrt() * noise
