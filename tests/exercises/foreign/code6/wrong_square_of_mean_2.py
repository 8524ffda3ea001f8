# wrong: averages the difference over the features before squaring it
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    pred = model(schedule.q_sample(x0, t, noise), t)
    diff = (pred - schedule.target(x0, noise, t)).mean(-1)
    return (diff**2 * mask).sum(-1) / mask.sum(-1)
