# wrong: uses the path of diffusion: roots of 1 - t and t as weights
import torch
from torch import Tensor
from torch.nn import functional

import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(model, x0, t, noise, mask):
    s = t[:, None, None]
    x_t = (1 - s).sqrt() * x0 + s.sqrt() * noise
    error = (model(x_t, t) - (noise - x0)) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
