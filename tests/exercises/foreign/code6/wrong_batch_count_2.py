# wrong: divides each sample's sum by the real frames of the whole batch
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    x_t = schedule.q_sample(x0, t, noise)
    error = (model(x_t, t) - schedule.target(x0, noise, t)) ** 2
    m = mask[..., None].float()
    return (error * m).sum((1, 2)) / (m.sum() * x0.shape[-1])
