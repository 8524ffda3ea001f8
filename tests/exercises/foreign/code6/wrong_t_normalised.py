# wrong: gives the network t divided by T
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    x_t = schedule.q_sample(x0, t, noise)
    pred = model(x_t, t.float() / schedule.T)
    error = (pred - schedule.target(x0, noise, t)).pow(2).mean(-1)
    return (error * mask).sum(-1) / mask.sum(-1)
