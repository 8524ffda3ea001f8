# right: uses einsum for the sum and the count
import torch
from torch import Tensor
from torch.nn import functional

import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(model, x0, t, noise, mask):
    m = mask.to(x0.dtype)
    x_t = torch.einsum("b,bfd->bfd", 1 - t, x0) + torch.einsum("b,bfd->bfd", t, noise)
    e = model(x_t, t) - (noise - x0)
    return torch.einsum("bfd,bfd,bf->b", e, e, m) / m.sum(1) / e.shape[2]
