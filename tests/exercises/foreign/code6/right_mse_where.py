# right: mse_loss without reduction and where, noising written out
import torch
from collections.abc import Callable

from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(
    model: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    mask: Tensor,
) -> Tensor:
    a = schedule.alpha_bar(t)
    x_t = torch.lerp(torch.zeros_like(x0), x0, a.sqrt()) + noise * torch.sqrt(1 - a)
    error = torch.nn.functional.mse_loss(model(x_t, t), schedule.target(x0, noise, t), reduction="none")
    error = torch.where(mask.unsqueeze(2), error, torch.zeros_like(error))
    return error.flatten(1).sum(1) / (mask.sum(1) * x0.shape[2])
