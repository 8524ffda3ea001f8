# wrong: masks the errors, but divides by all F frames, padded ones included
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    x_t = schedule.q_sample(x0, t, noise)
    pred = model(x_t, t)
    target = schedule.target(x0, noise, t)
    loss = (pred - target) ** 2 * mask.unsqueeze(-1)
    return loss.mean(dim=(1, 2))
