# right: noises x0 and writes the three targets out itself
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    abar = schedule.alphas_cumprod[t].to(x0.dtype).view(-1, 1, 1)
    s, n = abar.sqrt(), (1 - abar).sqrt()
    kind = schedule.prediction_type
    goal = {"epsilon": lambda: noise, "sample": lambda: x0, "v_prediction": lambda: s * noise - n * x0}[
        kind
    ]()
    weights = mask / mask.sum(1, keepdim=True)
    return ((model(s * x0 + n * noise, t) - goal).square().mean(2) * weights).sum(1)
