# right: steps as the floor of uniform numbers in float64, noise sampled with the features first
import torch
from torch import Tensor

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(network, schedule, x0, mask, text, condition_dropout):
    B, F, D = x0.shape
    place = {"device": x0.device}
    noise = torch.randn((D, F, B), dtype=x0.dtype, **place).permute(2, 1, 0).contiguous()
    drop = torch.rand(B, dtype=torch.float64, **place).ge(1 - condition_dropout)
    t = torch.rand(B, dtype=torch.float64, **place).mul(schedule.T).floor().long()

    class Conditioned:
        def __call__(self, x_t, steps):
            return network(x_t, steps, text, mask, drop)

    return sum(ddpm_loss(Conditioned(), schedule, x0, t, noise, mask)) / B


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average, weight, decay):
    return average.mul(decay).add(weight.mul(1 - decay))
