# right: calls ddpm_loss by keywords with a named inner function; the average on its own copy in place
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(network, schedule, x0, mask, text, condition_dropout):
    batch = x0.size(0)
    keep = torch.rand(batch, device=x0.device) >= condition_dropout
    steps = torch.randint(schedule.T, (batch,), device=x0.device)
    eps = torch.randn(*x0.shape, device=x0.device, dtype=x0.dtype)
    per_sample = ddpm_loss(
        model=lambda noisy, k: network(noisy, k, text, mask, ~keep),
        schedule=schedule,
        x0=x0,
        t=steps,
        noise=eps,
        mask=mask,
    )
    return torch.mean(per_sample)


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average, weight, decay):
    new = average.clone()
    new.mul_(decay).add_(weight, alpha=1 - decay)
    return new
