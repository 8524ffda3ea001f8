# right: works in place on its own copies
import torch
from torch import Tensor
from torch.nn import functional

import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(model, x0, t, noise, mask):
    time = t.clone()[:, None, None]
    state = x0.clone()
    state.mul_(1 - time).add_(time * noise)
    goal = noise.clone()
    goal -= x0
    squared = (model(state, t) - goal).square()
    squared = squared.masked_fill(~mask[..., None], 0.0)
    return squared.mean(2).sum(1) / mask.sum(1)
