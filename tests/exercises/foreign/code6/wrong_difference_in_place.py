# wrong: subtracts the target from the network's output in place
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    pred = model(schedule.q_sample(x0, t, noise), t)
    pred -= schedule.target(x0, noise, t)
    error = (pred**2).mean(-1)
    return (error * mask).sum(-1) / mask.sum(-1)
