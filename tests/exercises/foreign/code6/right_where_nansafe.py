# right: sets the difference of padded frames to zero with where before squaring
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    prediction = model(schedule.q_sample(x0=x0, t=t, noise=noise), t)
    target = schedule.target(x0=x0, noise=noise, t=t)
    difference = torch.where(mask[:, :, None], prediction - target, torch.zeros_like(target))
    total = difference.pow(2).flatten(1).sum(1)
    count = mask.sum(1) * x0.size(2)
    return total / count
