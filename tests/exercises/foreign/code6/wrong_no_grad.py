# wrong: calls the network under torch.no_grad, so that the loss has no gradient
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    with torch.no_grad():
        x_t = schedule.q_sample(x0, t, noise)
        target = schedule.target(x0, noise, t)
        pred = model(x_t, t)
    error = functional.mse_loss(pred, target, reduction="none").mean(-1)
    return (error * mask).sum(-1) / mask.sum(-1)
