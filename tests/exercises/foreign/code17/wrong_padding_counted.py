# wrong: masks the errors, but divides by all F frames
import torch
from torch import Tensor
from torch.nn import functional

import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(model, x0, t, noise, mask):
    s = t[:, None, None]
    x_t = torch.lerp(x0, noise, s)
    error = (model(x_t, t) - (noise - x0)) ** 2 * mask[..., None]
    return error.mean(dim=(1, 2))
