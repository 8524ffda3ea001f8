# wrong: makes the target in place, noise -= x0, after x_t
import torch
from torch import Tensor
from torch.nn import functional

import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(model, x0, t, noise, mask):
    s = t[:, None, None]
    x_t = (1 - s) * x0 + s * noise
    target = noise.sub_(x0)
    error = (model(x_t, t) - target) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
