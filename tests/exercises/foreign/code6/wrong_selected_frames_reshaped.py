# wrong: selects the real frames of the batch and reshapes to (B, -1), right only for equal lengths
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    pred = model(schedule.q_sample(x0, t, noise), t)
    error = (pred - schedule.target(x0, noise, t)) ** 2
    return error[mask].reshape(len(x0), -1).mean(1)
