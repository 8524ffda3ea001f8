# wrong: writes the loss itself as a plain mean squared error, which counts padded frames
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(network, schedule, x0, mask, text, condition_dropout):
    B = x0.shape[0]
    t = torch.randint(0, schedule.T, (B,), device=x0.device)
    noise = torch.randn_like(x0)
    drop = torch.rand(B, device=x0.device) < condition_dropout
    prediction = network(schedule.q_sample(x0, t, noise), t, text, mask, drop)
    return functional.mse_loss(prediction, schedule.target(x0, noise, t))


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return decay * average + (1 - decay) * weight
