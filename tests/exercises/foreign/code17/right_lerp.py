# right: uses torch.lerp for the path and masked weights
import torch
from torch import Tensor
from torch.nn import functional

import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(model, x0, t, noise, mask):
    x_t = torch.lerp(x0, noise, t.view(-1, 1, 1))
    difference = model(x_t, t) - noise + x0
    weight = mask.unsqueeze(-1).float()
    return (difference.pow(2) * weight).sum((1, 2)) / (weight.sum((1, 2)) * x0.shape[-1])
