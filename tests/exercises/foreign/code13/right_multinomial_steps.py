# right: steps by torch.multinomial, captions by a Bernoulli distribution, the mean by a dot product
from functools import partial

import torch
from torch import Tensor
from torch.distributions import Bernoulli

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(
    network, schedule: Schedule, x0: Tensor, mask: Tensor, text: TextFeatures, condition_dropout: float
):
    B, F, D = x0.shape
    chance = torch.full((B,), float(condition_dropout), device=x0.device)
    withheld = Bernoulli(probs=chance).sample().bool()
    noise = torch.empty_like(x0).normal_(0, 1)
    t = torch.multinomial(torch.ones(schedule.T, device=x0.device), B, replacement=True)

    def model(x_t, step, text, mask, drop):
        return network(x_t, step, text, mask, drop)

    losses = ddpm_loss(partial(model, text=text, mask=mask, drop=withheld), schedule, x0, t, noise, mask)
    return losses @ torch.full_like(losses, 1 / B)


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return torch.stack([decay * average, (1 - decay) * weight]).sum(0)
