# wrong: compares with the noise whatever prediction_type is
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    x_t = schedule.q_sample(x0, t, noise)
    error = (noise - model(x_t, t)).square().mean(-1)
    return (error * mask).sum(1) / mask.sum(1)
