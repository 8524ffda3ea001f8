# wrong: round() gives the first and the last step only half their share
import torch
from torch import Tensor

from labkit.diffusion import Schedule, ddpm_loss
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(
    network, schedule: Schedule, x0: Tensor, mask: Tensor, text: TextFeatures, condition_dropout: float
):
    B, device = len(x0), x0.device
    t = (torch.rand(B, device=device) * (schedule.T - 1)).round().long()
    noise = torch.randn_like(x0)
    drop = torch.rand(B, device=device) < condition_dropout

    def model(x_t, t):
        return network(x_t, t, text, mask, drop)

    return ddpm_loss(model, schedule, x0, t, noise, mask).mean()


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average: Tensor, weight: Tensor, decay: float) -> Tensor:
    return decay * average + (1 - decay) * weight
